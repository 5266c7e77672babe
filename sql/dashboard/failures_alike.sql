-- A failed run, and others of its queue's newest failures with an error of the same name, by likeness.
select {queue}::text as queue_name, key, bool_or(own) as own, max(looked) as looked,
       (array_agg(run_id order by own desc, failed_at desc))[1] as run_id,
       count(*) filter (where not own) as tasks
  from (select r.run_id, r.failed_at, r.looked, r.run_id = %(run)s as own,
               -- the same expression as in failure_groups.sql
               hashtextextended(concat_ws(E'\x1f', coalesce(r.reason->>'name', ''),
                 regexp_replace(left(coalesce(r.reason->>'message', r.reason #>> '{{}}'), 500),
                                '[0-9]+', '0', 'g'),
                 replace(left(coalesce(r.reason->>'traceback', r.reason->>'stack'), 20000),
                         coalesce(r.reason->>'message', ''), '')), 0) as key
          from (select run_id, task_id, failed_at, failure_reason as reason, 0::bigint as looked
                  from {r} o where o.run_id = %(run)s and o.state = 'failed'
                union all
                select run_id, task_id, failed_at, failure_reason, looked
                  from (select y.*, count(*) over () as looked
                          from (select * from {r} x
                                 where x.state = 'failed' and x.available_at >= %(claimed_since)s
                                   and x.available_at < 'infinity'
                                 order by x.available_at desc limit %(depth)s) y) newest
                 where run_id <> %(run)s and failed_at >= %(since)s
                   and failure_reason->>'name' is not distinct from
                       (select o.failure_reason->>'name' from {r} o where o.run_id = %(run)s)) r
          join {t} t on t.task_id = r.task_id and t.last_attempt_run = r.run_id and t.state = 'failed') final
 group by key
