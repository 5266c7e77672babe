-- Tasks that name a parent or a workflow run in their headers, among those spawned in a stretch of
-- time, and how far along it the look went: at least one row for each queue.
with seen as materialized (
  select task_id, headers->>'parent_task_id' as parent, headers->>'workflow_run_id' as workflow
    from {t} t
   where task_id >= %(first)s and task_id < %(end)s
   order by task_id limit %(depth)s)
select {queue}::text as queue_name, found.*,
       (select count(*) from seen) = %(depth)s as is_cut,
       (select task_id from seen order by task_id desc limit 1) as last_seen
  from (values (true)) as always
  left join (select * from seen
              where parent = %(parent)s or workflow = %(workflow)s
              order by task_id limit %(most)s) as found on true
