-- Terminally failed tasks of one queue: its newest failed attempts by claim, those that were final.
select {queue}::text as queue_name, t.task_id, left(t.task_name, 1000) as task_name, t.attempts, t.max_attempts,
       r.run_id, r.failed_at,
       left(case jsonb_typeof(r.failure_reason->'name')
              when 'string' then r.failure_reason->>'name' end, %(longest_name)s) as error_name,
       left(case when jsonb_typeof(r.failure_reason->'message') not in ('object', 'array')
                   then r.failure_reason->>'message'
                 when jsonb_typeof(r.failure_reason) not in ('object', 'array')
                   then r.failure_reason #>> '{{}}' end, %(longest_message)s) as error_message,
       case when jsonb_typeof(r.failure_reason) in ('object', 'array')
              and coalesce(jsonb_typeof(r.failure_reason->'message'), 'object') in ('object', 'array')
            then left(r.failure_reason::text, %(longest_message)s) end as reason_text
  from (select * from {r} x
         where x.state = 'failed' and x.available_at >= %(claimed_since)s
           and x.available_at < 'infinity'
         order by x.available_at desc limit %(depth)s) r
  join {t} t on t.task_id = r.task_id
   and (%(every)s or t.last_attempt_run = r.run_id and t.state = 'failed')
 where r.failed_at >= %(since)s
   and (%(name)s::text is null or t.task_name = %(name)s)
   and (%(before)s::timestamptz is null or (r.failed_at, r.run_id) < (%(before)s, %(before_run)s::uuid))
   -- the same expression as in failure_groups.sql
   and (%(alike)s::bigint[] is null or
        hashtextextended(concat_ws(E'\x1f', coalesce(r.failure_reason->>'name', ''),
          regexp_replace(left(coalesce(r.failure_reason->>'message', r.failure_reason #>> '{{}}'), 500),
                         '[0-9]+', '0', 'g'),
          replace(left(coalesce(r.failure_reason->>'traceback', r.failure_reason->>'stack'), 20000),
                  coalesce(r.failure_reason->>'message', ''), '')), 0) = any(%(alike)s))
