-- Runs of one queue claimed in some slices of time, with what their tasks know; instants in seconds.
select {queue}::text as queue_name, left(t.task_name, 200) as task_name,
       extract(epoch from r.started_at)::float8 as started,
       case when r.state = 'completed' then extract(epoch from r.completed_at)::float8 end as ended,
       -- Only the first claim of a task tells how long it waited: every later one overwrites when
       -- the run became due.
       case when r.attempt = 1 and r.started_at = t.first_started_at
            then extract(epoch from t.enqueue_at)::float8 end as due
  from (select %(begin)s::timestamptz + i * %(step)s::interval
               + mod(i * 7919, %(share)s) * %(length)s::interval as at
          from generate_series(%(first)s::bigint, %(last)s::bigint) i offset 0) s
 cross join lateral (
       select * from {r} x
        where x.state in ('completed', 'failed', 'running')
          and x.available_at >= s.at and x.available_at < s.at + %(length)s::interval
        limit %(depth)s) r
 cross join lateral (select * from {t} x where x.task_id = r.task_id offset 0) t
 -- What was over before the range does not count: its tasks need not be looked up.
 where (r.started_at > %(since)s or r.completed_at > %(since)s) {also}
