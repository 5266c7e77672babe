-- Which queue has the task with this id.
select {queue}::text as queue_name from {t} t where task_id = %(task_id)s
