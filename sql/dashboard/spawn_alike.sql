-- Spawn a task with the inputs of another one, once for an idempotency key.
select s.task_id, s.run_id, s.attempt, s.created
  from {t} t,
       lateral absurd.spawn_task(
         %(queue)s::text, t.task_name, t.params,
         -- an option that is null is left out; what is null inside of one is kept
         coalesce((select jsonb_object_agg(key, value)
                     from (values ('headers', t.headers),
                                  ('retry_strategy', t.retry_strategy),
                                  ('max_attempts', to_jsonb(t.max_attempts)),
                                  ('cancellation', t.cancellation),
                                  ('idempotency_key', to_jsonb(%(key)s::text))) as o (key, value)
                    where value is not null), '{{}}')) s
 where t.task_id = %(task_id)s::uuid
