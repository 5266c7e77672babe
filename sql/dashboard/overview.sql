-- One queue on the overview: what is open, what failed, who works. Counting stops at a limit; null
-- counts all. Served by r_(state, available_at).
select {queue}::text as queue_name, pending, running, sleeping, expired, workers,
       case when least(next_pending, next_sleeping) <= %(now)s
            then least(next_pending, next_sleeping) end as oldest_due,
       failed, failed_looked, failed_read, failed_runs
  from (select count(*) as pending, min(available_at) as next_pending
          from (select r.available_at from {r} r where r.state = 'pending'
                 order by r.available_at limit %(most)s) x) p
 cross join (select count(*) as sleeping, min(available_at) as next_sleeping
               from (select r.available_at from {r} r where r.state = 'sleeping'
                      order by r.available_at limit %(most)s) x) s
 cross join (select count(*) as running
               from (select from {r} r where r.state = 'running' limit %(most)s) x) a
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
 cross join (select count(*) as failed_runs
               from (select from {r} r
                      where r.state = 'failed' and r.available_at >= %(failed_since)s
                        and r.available_at < 'infinity' limit %(most)s) x) fr
