-- Where some tasks of one queue stand now.
select t.task_id, t.state, t.attempts, t.last_attempt_run from {t} t
 where t.task_id = any(%(tasks)s::uuid[])
