-- Who holds claims in one queue now, and who claimed lately: the engine keeps no list of workers.
select {queue}::text as queue_name, claimed_by as worker, true as holds, run_id, task_id, attempt,
       started_at, case when isfinite(claim_expires_at) then claim_expires_at end as claim_expires_at
  from {r} r
 where r.state = 'running'
union all
select {queue}::text, claimed_by, false, null, null, null, max(started_at), null
  from (select claimed_by, started_at from {r} x
         where x.state in ('completed', 'failed') and x.available_at >= %(since)s
           and x.available_at <= %(now)s
         order by x.available_at desc limit %(depth)s) recent
 where claimed_by is not null
 group by claimed_by
