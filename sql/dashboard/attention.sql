-- What of one queue may need somebody; each part looks at a bounded number of rows by an index.
-- As few parts as can be: each costs as much to plan as to run, and in a partitioned queue as often
-- as it has partitions. What is asked of single rows is a subquery of its own, not a join.
with sleepers as materialized (
  select y.task_id, y.created_at, y.available_at, y.wake_event, y.started_at
    from {r} y
   where y.state = 'sleeping' and y.available_at < 'infinity'
   order by y.available_at limit %(depth)s
), first as materialized (
  select t.enqueue_at, t.last_attempt_run, t.cancelled_at, t.state
    from {t} t order by t.task_id limit %(examples)s
)
select {queue}::text as queue_name, expired_tasks,
       deferred, deferred_tasks, deferred_names, deferred_since,
       late_waits, late_wait_tasks, late_wait_since,
       failed_lately, failed_before, failed_oldest, oldest_finished, cleanup_ttl,
       (select min(enqueue_at) from first) as began_at
  from (select array(select r.task_id from {r} r
                      where r.state = 'running' and r.claim_expires_at <= %(now)s
                      order by r.claim_expires_at limit %(examples)s) as expired_tasks) x
 cross join (select count(*) as deferred, (array_agg(task_id))[:%(examples)s] as deferred_tasks,
                    (array_agg(distinct task_name))[:%(examples)s] as deferred_names,
                    min(created_at) as deferred_since
               from (select s.task_id, s.created_at,
                            (select t.task_name from {t} t where t.task_id = s.task_id) as task_name
                       from sleepers s
                      -- claimed, put back, and nothing was saved: its worker does not know the task
                      where s.started_at is not null and s.wake_event is null
                        and s.created_at < %(deferred_before)s
                        and (select c.task_id from {c} c where c.task_id = s.task_id limit 1) is null
                        and (select w.task_id from {w} w where w.task_id = s.task_id limit 1) is null
                     offset 0) d -- or each name would be looked up twice
              where task_name is not null) d
 cross join (select count(*) as late_waits, (array_agg(task_id))[:%(examples)s] as late_wait_tasks,
                    min(available_at) as late_wait_since
               from sleepers
              where wake_event is not null and available_at <= %(late_before)s) l
 -- By when they were claimed, which the index knows; of the newest also by when they failed.
 cross join (select greatest(by_claim, by_end) as failed_lately,
                    greatest(looked - greatest(by_claim, by_end), 0) as failed_before, failed_oldest
               from (select count(*) as looked, min(available_at) as failed_oldest,
                            count(*) filter (where available_at >= %(lately)s) as by_claim
                       from (select r.available_at from {r} r
                              where r.state = 'failed' and r.available_at >= %(before)s
                                and r.available_at < 'infinity'
                              order by r.available_at desc limit %(failed_depth)s) x) x
              cross join (select count(*) filter (where failed_at >= %(lately)s) as by_end
                            from (select r.failed_at from {r} r
                                   where r.state = 'failed' and r.available_at >= %(claimed_since)s
                                     and r.available_at < 'infinity'
                                   order by r.available_at desc limit %(depth)s) x) y) f
 cross join (select min(coalesce((select coalesce(r.completed_at, r.failed_at) from {r} r
                                   where r.run_id = o.last_attempt_run), o.cancelled_at)) as oldest_finished
               from first o
              where o.state in ('completed', 'failed', 'cancelled')) o
 cross join (select (to_jsonb(q)->>'cleanup_ttl')::interval as cleanup_ttl
               from absurd.queues q where q.queue_name = {queue}::text) q
