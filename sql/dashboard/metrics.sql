-- What ended in one queue since a moment, by task name, among the newest runs of either outcome.
select {queue}::text as queue_name, left(t.task_name, 200) as task_name, r.state as outcome,
       count(*) as ended, max(r.read) >= %(depth)s as capped,
       percentile_disc(array[0.5, 0.95, 0.99]) within group (
         order by extract(epoch from r.ended_at - r.started_at)::float8) as seconds
  -- One state at a time: the index r_(state, available_at) gives the newest of each unsorted.
  from ((select task_id, state, started_at, completed_at as ended_at,
                count(*) over () as read
           from (select * from {r} x
                  where x.state = 'completed' and x.available_at >= %(claimed_since)s
                    and x.available_at <= %(now)s
                  order by x.available_at desc limit %(depth)s) done)
        union all
        (select task_id, state, started_at, failed_at, count(*) over ()
           from (select * from {r} x
                  where x.state = 'failed' and x.available_at >= %(claimed_since)s
                    and x.available_at <= %(now)s
                  order by x.available_at desc limit %(depth)s) lost)) r
  join {t} t on t.task_id = r.task_id
 where r.ended_at >= %(since)s
 group by left(t.task_name, 200), r.state
