-- One queue on the overview: what is open, what failed, who works. Counting stops at a limit; null
-- counts all. Served by r_(state, available_at).
select {queue}::text as queue_name, pending, running, sleeping, expired, workers,
       case when least(next_pending, next_sleeping) <= %(now)s
            then least(next_pending, next_sleeping) end as oldest_due,
       failed, failed_looked, failed_read, failed_runs
  -- One part for all states, so that it is planned once: each part costs as much to plan as to run,
  -- and in a partitioned queue as often as it has partitions.
  from (select max(n) filter (where state = 'pending') as pending,
               max(n) filter (where state = 'running') as running,
               max(n) filter (where state = 'sleeping') as sleeping,
               max(n) filter (where state = 'failed') as failed_runs,
               max(first_at) filter (where state = 'pending') as next_pending,
               max(first_at) filter (where state = 'sleeping') as next_sleeping
          from (values ('pending', '-infinity'::timestamptz, 'infinity'::timestamptz),
                       ('running', '-infinity', 'infinity'),
                       ('sleeping', '-infinity', 'infinity'),
                       -- those whose wait ended by failing were never claimed again
                       ('failed', %(failed_since)s, %(now)s)) s(state, since, until)
         cross join lateral (select count(*) as n, min(available_at) as first_at
                               from (select r.available_at from {r} r
                                      where r.state = s.state and r.available_at >= s.since
                                        and r.available_at <= s.until
                                      order by r.available_at limit %(most)s) x) counted) o
 cross join (select count(*) as expired
               from (select from {r} r
                      where r.state = 'running' and r.claim_expires_at <= %(now)s
                      limit %(claims)s) x) e
 cross join (select count(distinct claimed_by) as workers
               from (select r.claimed_by, r.claim_expires_at
                       from {r} r where r.state = 'running'
                      order by r.available_at desc limit %(claims)s) x
              where claim_expires_at is null or claim_expires_at > %(now)s) w
 -- Which failures were final only their tasks know: asked of the newest.
 cross join (select count(*) as failed_read,
                    count(*) filter (where x.failed_at >= %(failed_since)s) as failed_looked,
                    count(*) filter (where x.failed_at >= %(failed_since)s and t.state = 'failed'
                                       and t.last_attempt_run = x.run_id) as failed
               from (select r.run_id, r.task_id, r.failed_at
                       from {r} r
                      where r.state = 'failed' and r.available_at >= %(claimed_since)s
                        and r.available_at < 'infinity'
                      order by r.available_at desc limit %(looked)s) x
               join {t} t on t.task_id = x.task_id) f
