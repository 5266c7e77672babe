-- Remove an index while others write.
drop index concurrently if exists {name}
