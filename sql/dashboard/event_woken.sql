-- Runs of one queue that an event woke: not claimed since, or among those claimed first after it.
select {queue}::text as queue_name, r.task_id, r.run_id, r.state, left(t.task_name, 1000) as task_name, k.checkpoint_name as step
  from ((select y.task_id, y.run_id, y.state from {r} y
          where y.state = 'pending' and y.available_at = %(emitted_at)s limit %(depth)s)
        union all
        (select y.task_id, y.run_id, y.state from {r} y
          where y.state = 'cancelled' and y.available_at = %(emitted_at)s limit %(depth)s)
        union all
        (select y.task_id, y.run_id, y.state from {r} y
          where y.state = 'running' and y.available_at >= %(emitted_at)s
          order by y.available_at limit %(depth)s)
        union all
        (select y.task_id, y.run_id, y.state from {r} y
          where y.state = 'completed' and y.available_at >= %(emitted_at)s
          order by y.available_at limit %(depth)s)
        union all
        (select y.task_id, y.run_id, y.state from {r} y
          where y.state = 'failed' and y.available_at >= %(emitted_at)s
          order by y.available_at limit %(depth)s)) r
  join {t} t on t.task_id = r.task_id
 -- the emit itself wrote this checkpoint, at its own instant
 cross join lateral (select c.checkpoint_name from {c} c
                       join {every_e} e on e.event_name = %(event)s and e.payload = c.state
                      where c.task_id = r.task_id and c.owner_run_id = r.run_id
                        and c.updated_at = %(emitted_at)s
                      order by c.checkpoint_name limit 1) k
 order by r.run_id limit %(depth)s
