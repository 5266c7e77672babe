-- Tasks first..last of a queue of `total`, spawned evenly over the 30 days before the load, with all that hangs on them.
create temporary table task on commit drop as
select i, at, bench.id(at) as task_id, state, tenant, kind, waits,
       case when state = 'failed' or (state = 'completed' and retried) then 2 + floor(random() * 4)::int else 1 end as attempts
  from (select i, b.now - (1 - i::float8 / %(total)s) * interval '30 days' as at,
               case when i > 0.97 * %(total)s and random() < 0.30 then 'pending'
                    when i > 0.97 * %(total)s and random() < 0.05 then 'running'
                    when i > 0.80 * %(total)s and random() < 0.115 then 'sleeping'
                    when random() < 0.031 then 'failed'
                    when random() < 0.0103 then 'cancelled' else 'completed' end as state,
               case when random() < 0.7 then floor(random() * 20)::int end as tenant,
               case when random() < 0.00005 then 39 else floor(39 * power(random(), 3))::int end as kind,
               random() < 0.5 as waits, random() < 0.05 as retried
          from generate_series(%(first)s::int, %(last)s::int) i, bench.load b offset 0) s
 order by i;

create temporary table run on commit drop as
select task_id, attempt, bench.id(created) as run_id, created, attempt = attempts as final,
       case when attempt < attempts then 'failed' else state end as state,
       created + random() * interval '2 s' as started,
       -ln(1 - random()) * (1 + kind) * interval '120 ms' as took,
       waits, floor(25 * power(random(), 2))::int as cause, random() as chance
  from (select t.*, attempt, least(at + (attempt - 1) * interval '30 s', b.now) as created
          from task t, generate_series(1, attempts) attempt, bench.load b) x
 order by created;
analyze task, run;

insert into {r} (run_id, task_id, attempt, state, claimed_by, claim_expires_at, available_at, wake_event,
                 started_at, completed_at, failed_at, result, failure_reason, created_at)
select run_id, task_id, attempt, state,
       case when state in ('running', 'completed', 'failed')
            then 'host-' || (random() * 7)::int || ':' || 1000 + (random() * 40)::int end,
       case when state = 'running' then b.now + interval '1 year'
            when state in ('completed', 'failed') then started + interval '2 min' end,
       case when state = 'sleeping' and waits then 'infinity'
            when state = 'sleeping' then b.now + random() * interval '2 days'
            when state in ('pending', 'cancelled') then created else started end,
       case when state = 'sleeping' and waits then 'order.paid:' || task_id end,
       case when state not in ('pending', 'cancelled') then started end,
       case when state = 'completed' then started + took end,
       case when state = 'failed' then started + took end,
       case when state = 'completed' then jsonb_build_object('ok', true, 'ref', md5(run_id::text)) end,
       case when state = 'failed' then c.reason end, created
  from run cross join bench.load b left join bench.causes c on c.i = run.cause
 order by created;

insert into {t} (task_id, task_name, params, headers, retry_strategy, max_attempts, enqueue_at, first_started_at,
                 state, attempts, last_attempt_run, completed_payload, cancelled_at, idempotency_key)
select t.task_id, n.name,
       jsonb_build_object(
         'order_id', 'ord-' || t.i, 'user_id', (random() * 200000)::int, 'currency', 'EUR',
         'email', 'user' || (random() * 200000)::int || '@example.com', 'amount', round((random() * 900)::numeric, 2),
         'items', jsonb_build_array(md5(random()::text), md5(random()::text)),
         'note', 'nightly import of ' || md5(t.i::text)),
       case when tenant is not null then jsonb_build_object(
         'tenant_id', 'tenant-' || lpad(tenant::text, 2, '0'), 'trace_id', md5(t.task_id::text)) end,
       '{{"kind": "fixed", "base_seconds": 30}}', 5, at,
       case when t.state not in ('pending', 'cancelled') then started end,
       t.state, case when t.state = 'pending' then 0 else attempts end, run_id,
       case when t.state = 'completed' then jsonb_build_object('ok', true, 'ref', md5(run_id::text)) end,
       case when t.state = 'cancelled' then at + interval '5 min' end,
       case when t.i %% 10 = 0 then 'key-' || t.i end
  from task t join bench.names n on n.i = t.kind join run r on r.task_id = t.task_id and r.final
 order by t.i;

insert into {c} (task_id, checkpoint_name, state, owner_run_id, updated_at)
select task_id, 'step-' || k, jsonb_build_object('step', k, 'value', md5(task_id::text || k)), run_id, started + took * k / 4
  from run, generate_series(1, 3) k
 where final and state = 'completed' and chance < 0.3
 order by created, k;

insert into {w} (task_id, run_id, step_name, event_name, created_at)
select task_id, run_id, '$awaitEvent:order.paid:' || task_id, 'order.paid:' || task_id, started
  from run where state = 'sleeping' and waits;

-- What is awaited has the engine's lock row; one completed task in a hundred had its event.
insert into {e} (event_name, payload, emitted_at)
select 'order.paid:' || task_id, null::jsonb, 'epoch'::timestamptz from run where state = 'sleeping' and waits
union all
select 'order.paid:' || task_id, jsonb_build_object('amount', 12.5, 'by', 'card'), started
  from run where final and state = 'completed' and chance > 0.99;
