-- The task of one queue that has so many newer ones in a slice; null where there are fewer in it. Past
-- the scope: a tenant's tasks are looked for among those of all. Served by the primary key.
select {queue}::text as queue_name,
       (select t.task_id from {every_t} t where t.task_id >= %(first)s and t.task_id < %(below)s
         order by t.task_id desc offset %(many)s limit 1) as task_id
