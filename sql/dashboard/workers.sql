-- Who claimed in one queue: claims held now, oldest first, then each worker with what it holds, and
-- with what it finished lately.
(select {queue}::text as queue_name, left(claimed_by, 1000) as worker, 'claim' as kind, run_id, task_id, attempt,
        started_at, case when isfinite(claim_expires_at) then claim_expires_at end as claim_expires_at,
        1::bigint as held, 0::bigint as expired, 0::bigint as completed, 0::bigint as failed
   from {r} r
  where r.state = 'running'
  order by available_at limit %(claims)s)
union all
select {queue}::text, worker, 'worker', null, null, null, max(started_at), null,
       count(*) filter (where kind = 'held'), count(*) filter (where kind = 'expired'),
       count(*) filter (where kind = 'completed'), count(*) filter (where kind = 'failed')
  -- One state at a time: the index gives the newest of each without sorting.
  from ((select 'held' as kind, left(claimed_by, 1000) as worker, started_at from {r} x
          where x.state = 'running' order by x.available_at desc limit %(depth)s)
        union all
        (select 'expired', left(claimed_by, 1000), null from {r} x
          where x.state = 'running' and x.claim_expires_at <= %(now)s
          order by x.claim_expires_at limit %(depth)s)
        union all
        (select 'completed', left(claimed_by, 1000), started_at from {r} x
          where x.state = 'completed' and x.available_at >= %(since)s and x.available_at <= %(now)s
          order by x.available_at desc limit %(depth)s)
        union all
        (select 'failed', left(claimed_by, 1000), started_at from {r} x
          where x.state = 'failed' and x.available_at >= %(since)s and x.available_at <= %(now)s
          order by x.available_at desc limit %(depth)s)) recent
 where worker is not null or kind in ('held', 'expired')
 group by worker
