-- Failed attempts of one queue, those alike in name, message (but for digits) and traceback as one.
select {queue}::text as queue_name, key, task_name,
       sum(attempts)::bigint as attempts, sum(tasks)::bigint as tasks,
       min(first_seen) as first_seen, max(last_seen) as last_seen,
       (array_agg(run_id order by last_seen desc))[1] as run_id,
       array_agg(slot) as slots, array_agg(attempts) as slot_attempts,
       -- Counted apart by the index: a window would carry every reason along.
       (select count(*)
          from (select from {r} y
                 where y.state = 'failed' and y.available_at >= %(claimed_since)s
                   and y.available_at < 'infinity' limit %(depth)s) c) as looked,
       count(*) over () as kinds, (sum(sum(attempts)) over ())::bigint as total
  from (select key, task_name, slot,
               count(*) as attempts, count(*) filter (where final) as tasks,
               min(failed_at) as first_seen, max(failed_at) as last_seen,
               (array_agg(run_id order by failed_at desc))[1] as run_id
          from (select r.run_id, r.failed_at, left(t.task_name, 1000) as task_name,
                       t.state = 'failed' and t.last_attempt_run = r.run_id as final,
                       greatest(0, least(%(slots)s - 1, floor(
                         extract(epoch from r.failed_at - %(from)s) / %(slot_seconds)s)))::integer as slot,
                       -- the same expression as in failures.sql
                       hashtextextended(concat_ws(E'\x1f', coalesce(r.reason->>'name', ''),
                         regexp_replace(left(coalesce(r.reason->>'message', r.reason #>> '{{}}'), 500),
                                        '[0-9]+', '0', 'g'),
                         replace(left(coalesce(r.reason->>'traceback', r.reason->>'stack'), 20000),
                                 coalesce(r.reason->>'message', ''), '')), 0) as key
                  from (select x.run_id, x.task_id, x.failed_at, x.failure_reason as reason
                          from (select * from {r} y
                                 where y.state = 'failed' and y.available_at >= %(claimed_since)s
                                   and y.available_at < 'infinity'
                                 order by y.available_at desc limit %(depth)s) x) r
                  join {t} t on t.task_id = r.task_id
                 where r.failed_at >= %(since)s
                   and (%(name)s::text is null or t.task_name = %(name)s)) one
         where final or %(every)s
         group by key, task_name, slot) slotted
 group by key, task_name
 order by sum(attempts) desc limit %(most)s
