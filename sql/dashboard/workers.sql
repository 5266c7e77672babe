-- Who claimed in one queue: claims held now, oldest first, then the newest finished runs' workers.
(select {queue}::text as queue_name, left(claimed_by, 1000) as worker, 'claim' as kind, run_id, task_id, attempt,
        started_at, case when isfinite(claim_expires_at) then claim_expires_at end as claim_expires_at,
        1::bigint as runs
   from {r} r
  where r.state = 'running'
  order by available_at limit %(claims)s)
union all
select {queue}::text, left(claimed_by, 1000), 'held', null, null, null, max(started_at), min(claim_expires_at)
         filter (where isfinite(claim_expires_at)), count(*)
  from (select * from {r} x where x.state = 'running' order by x.available_at desc limit %(depth)s) held
 group by left(claimed_by, 1000)
union all
select {queue}::text, left(claimed_by, 1000), 'expired', null, null, null, null, null, count(*)
  from (select * from {r} x where x.state = 'running' and x.claim_expires_at <= %(now)s
         order by x.claim_expires_at limit %(depth)s) gone
 group by left(claimed_by, 1000)
union all
select {queue}::text, left(claimed_by, 1000), state, null, null, null, max(started_at), null, count(*)
  -- One state at a time: the index gives the newest of each without sorting.
  from ((select state, claimed_by, started_at from {r} x
          where x.state = 'completed' and x.available_at >= %(since)s and x.available_at <= %(now)s
          order by x.available_at desc limit %(depth)s)
        union all
        (select state, claimed_by, started_at from {r} x
          where x.state = 'failed' and x.available_at >= %(since)s and x.available_at <= %(now)s
          order by x.available_at desc limit %(depth)s)) recent
 where claimed_by is not null
 group by left(claimed_by, 1000), state
