-- The index of a partitioned table, without those of its partitions: valid when each of them has its own.
create index {name} on only {table} using {definition}
