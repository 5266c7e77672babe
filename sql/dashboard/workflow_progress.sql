-- How many tasks of some workflow runs are in which state, among the newest of a stretch of time.
with seen as materialized (
  select headers->>'workflow_run_id' as workflow, state from {t} t
   where task_id >= %(first)s and task_id < %(end)s
   order by task_id desc limit %(depth)s)
select workflow, state, count(*) as tasks from seen where workflow = any(%(workflows)s) group by 1, 2
