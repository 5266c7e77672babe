-- Runs of one queue that are due and wait for a worker, counted by the slot in which they became due.
select date_bin(%(slot)s, greatest(r.available_at, %(since)s), %(origin)s) as slot, count(*) as waiting
  from ((select task_id, available_at from {r} x
          where x.state = 'pending' and x.available_at <= %(now)s
          order by x.available_at limit %(depth)s)
        union all
        (select task_id, available_at from {r} x
          where x.state = 'sleeping' and x.available_at <= %(now)s
          order by x.available_at limit %(depth)s)) r
 where true {also}
 group by 1
