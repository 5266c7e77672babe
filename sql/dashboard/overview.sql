-- One queue on the overview: what is open, what failed, who works. Served by r_(state, available_at).
select {queue}::text as queue_name, pending, running, sleeping, oldest_due, failed, expired, workers
  from (select count(*) as pending, min(available_at) as oldest
          from {r} r where r.state = 'pending') p
 cross join (select count(*) as sleeping,
                    min(available_at) filter (where available_at <= %(now)s) as oldest
               from {r} r where r.state = 'sleeping') s
 cross join (select count(*) as running,
                    count(*) filter (where claim_expires_at <= %(now)s) as expired,
                    count(distinct claimed_by)
                      filter (where claim_expires_at is null or claim_expires_at > %(now)s) as workers
               from {r} r where r.state = 'running') a
 cross join (select count(*) as failed
               from {r} r
              where r.state = 'failed' and r.available_at >= %(claimed_since)s
                and r.failed_at >= %(failed_since)s
                -- a probe for each; a join could begin with all tasks of a tenant
                and (select t.state = 'failed' and t.last_attempt_run = r.run_id
                       from {t} t where t.task_id = r.task_id)) f
 cross join lateral (select case when least(p.oldest, s.oldest) <= %(now)s
                                 then least(p.oldest, s.oldest) end as oldest_due) d
