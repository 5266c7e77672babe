-- Failed runs of one queue that were claimed in some slices of a time, counted by the slot of their end,
-- and how many of them were their task's last.
select date_bin(%(slot)s, r.failed_at, %(origin)s) as slot, count(*) as ended,
       count(*) filter (where (select t.state = 'failed' and t.last_attempt_run = r.run_id
                                 from {t} t where t.task_id = r.task_id)) as for_good
  from (select %(begin)s::timestamptz + i * %(step)s::interval
               + mod(i * 7919, %(share)s) * %(length)s::interval as at
          from generate_series(%(first)s::bigint, %(last)s::bigint) i offset 0) s
 cross join lateral (
       select x.task_id, x.run_id, x.failed_at from {r} x
        where x.state = 'failed'
          and x.available_at >= greatest(s.at, %(claimed)s)
          and x.available_at < least(s.at + %(length)s::interval, %(until)s)
       offset 0) r -- OFFSET makes the planner go slice by slice, not through all of history
 where r.failed_at > %(since)s and r.failed_at <= %(now)s
   {also}
 group by 1
