-- Runs of one queue that are due and wait for a worker, counted by the slot in which they became due. What
-- was due before the range is one number, which takes a third of the time. Index-only without a name.
select w.slot, w.waiting, w.capped
  from (values ('pending'), ('sleeping')) s(state)
 cross join lateral (
       select date_bin(%(slot)s, %(since)s::timestamptz, %(origin)s) as slot,
              count(*) filter (where true {also}) as waiting, count(*) >= %(depth)s as capped
         from (select x.task_id from {r} x
                where x.state = s.state and x.available_at <= %(since)s
                order by x.available_at limit %(depth)s) r
        union all
       select date_bin(%(slot)s, r.available_at, %(origin)s),
              count(*) filter (where true {also}), sum(count(*)) over () >= %(depth)s
         from (select x.task_id, x.available_at from {r} x
                where x.state = s.state and x.available_at > %(since)s and x.available_at <= %(now)s
                order by x.available_at limit %(depth)s) r
        group by 1) w
