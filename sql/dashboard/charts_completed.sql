-- Completed runs of one queue, counted by the slot of their end, among those claimed in some slices of time.
select date_bin(%(slot)s, r.completed_at, %(origin)s) as slot, count(*) as ended
  from (select %(begin)s::timestamptz + i * %(step)s::interval
               + mod(i * 7919, %(share)s) * %(length)s::interval as at
          from generate_series(%(first)s::bigint, %(last)s::bigint) i offset 0) s
 cross join lateral (
       select x.task_id, x.completed_at from {r} x
        where x.state = 'completed'
          and x.available_at >= s.at and x.available_at < s.at + %(length)s::interval
       offset 0) r -- OFFSET makes the planner go slice by slice, not through all of history
 where r.completed_at > %(since)s and r.completed_at <= %(now)s
   {also}
 group by 1
