-- How many runs one queue has in a state, counted up to a limit. Past the scope: to look for a
-- tenant's few among the many of others costs what is to be saved. Served by r_(state, available_at).
select {queue}::text as queue_name, count(*) as runs
  from (select from {every_r} r
         where r.state = %(state)s and r.available_at >= coalesce(%(since)s::timestamptz, '-infinity')
           {also}
         order by r.available_at desc limit %(most)s) x
