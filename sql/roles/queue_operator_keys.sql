-- One partitioned queue's idempotency keys; locking a row of theirs takes a column's update.
grant select, insert, update (idempotency_key) on {i} to {role};
