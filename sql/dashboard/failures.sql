-- Terminally failed tasks of one queue: its newest failed attempts by claim, those that were final.
select {queue}::text as queue_name, t.task_id, t.task_name, t.attempts, t.max_attempts,
       r.run_id, r.failed_at,
       left(case jsonb_typeof(r.failure_reason)
              when 'object' then r.failure_reason->>'name' else null end, 200) as error_name,
       left(case jsonb_typeof(r.failure_reason)
              when 'object' then r.failure_reason->>'message'
              else r.failure_reason #>> '{{}}' end, 500) as error_message
  from (select * from {r} x
         where x.state = 'failed' and x.available_at >= %(claimed_since)s
         order by x.available_at desc limit %(depth)s) r
  join {t} t on t.task_id = r.task_id and t.last_attempt_run = r.run_id and t.state = 'failed'
 where r.failed_at >= %(since)s
   and (%(name)s::text is null or t.task_name = %(name)s)
   and (%(before)s::timestamptz is null or (r.failed_at, r.run_id) < (%(before)s, %(before_run)s::uuid))
