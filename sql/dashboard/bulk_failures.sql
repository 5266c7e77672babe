-- Failed attempts of one queue, newest claim first, and whether each ended a task within a window.
select {queue}::text as queue_name, r.available_at, r.run_id,
       t.task_id, t.task_name, t.state, t.attempts, t.last_attempt_run,
       t.headers->>'tenant_id' as owner,
       t.task_id is not null and r.failed_at between %(since)s and %(now)s
         and (%(name)s::text is null or t.task_name = %(name)s) as matches,
       -- the same expression as in failure_groups.sql
       case when %(keyed)s and t.task_id is not null then
         hashtextextended(concat_ws(E'\x1f', coalesce(r.failure_reason->>'name', ''),
           regexp_replace(left(coalesce(r.failure_reason->>'message', r.failure_reason #>> '{{}}'), 500),
                          '[0-9]+', '0', 'g'),
           replace(left(coalesce(r.failure_reason->>'traceback', r.failure_reason->>'stack'), 20000),
                   coalesce(r.failure_reason->>'message', ''), '')), 0) end as key
  from (select * from {r} x
         where x.state = 'failed' and x.available_at >= %(claimed_since)s
           and x.available_at < 'infinity'
           and (%(before)s::timestamptz is null
                or (x.available_at, x.run_id) < (%(before)s, %(before_run)s::uuid))
         order by x.available_at desc, x.run_id desc limit %(size)s) r
  left join {t} t on t.task_id = r.task_id and t.last_attempt_run = r.run_id and t.state = 'failed'
 order by r.available_at desc, r.run_id desc
