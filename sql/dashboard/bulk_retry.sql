-- Retry tasks of one queue in place, each with so many attempts at most.
select r.task_id, r.attempt
  from unnest(%(tasks)s::uuid[], %(most)s::int[]) as a (task_id, most),
       lateral absurd.retry_task({queue}, a.task_id, jsonb_build_object('max_attempts', a.most)) r
