-- Spawn tasks with the inputs of others of one queue, one for each and never a second one.
select t.task_id as original, s.task_id
  from {t} t,
       lateral absurd.spawn_task(
         {queue}, t.task_name, t.params,
         -- an option that is null is left out; what is null inside of one is kept
         (select jsonb_object_agg(key, value)
            from (values ('headers', t.headers),
                         ('retry_strategy', t.retry_strategy),
                         ('max_attempts', to_jsonb(t.max_attempts)),
                         ('cancellation', t.cancellation),
                         ('idempotency_key', to_jsonb(%(key)s || t.task_id))) as o (key, value)
           where value is not null)) s
 where t.task_id = any(%(tasks)s::uuid[])
