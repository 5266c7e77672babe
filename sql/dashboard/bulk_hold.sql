-- Where some tasks of one queue stand, held there for this transaction, as absurd.retry_task does.
select t.task_id, t.state, t.attempts, t.last_attempt_run from {t} t
 where t.task_id = any(%(tasks)s::uuid[])
 order by t.task_id
   for update of t
