-- Checkpoints of some tasks whose name or value may be the id of another task.
select {queue}::text as queue_name, task_id, checkpoint_name,
       case when pg_column_size(state) <= 300 then state::text end as state_text
  from {c} c
 where task_id = any(%(tasks)s)
   and (checkpoint_name like '$awaitTaskResult:%%'
        or case when pg_column_size(state) <= 300
             then (jsonb_typeof(state) = 'object' and state ?| array['taskID', 'task_id'])
               or (jsonb_typeof(state) = 'string' and length(state #>> '{{}}') = 36) end)
 order by updated_at, checkpoint_name limit %(most)s
