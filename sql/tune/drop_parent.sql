-- Remove the index of a partitioned table with those of its partitions; PostgreSQL cannot do that concurrently.
drop index if exists {name}
