-- What of one queue may need somebody; each part looks at a bounded number of rows by an index.
select {queue}::text as queue_name, expired_tasks,
       deferred, deferred_tasks, deferred_names, deferred_since,
       late_waits, late_wait_tasks, late_wait_since,
       failed_lately, failed_before, failed_oldest, oldest_finished, cleanup_ttl,
       (select t.enqueue_at from {t} t order by t.task_id limit 1) as began_at
  from (select array(select r.task_id from {r} r
                      where r.state = 'running' and r.claim_expires_at <= %(now)s
                      order by r.claim_expires_at limit %(examples)s) as expired_tasks) x
 cross join (select count(*) as deferred, (array_agg(task_id))[:%(examples)s] as deferred_tasks,
                    (array_agg(distinct task_name))[:%(examples)s] as deferred_names,
                    min(created_at) as deferred_since
               from (select s.task_id, s.created_at, t.task_name
                       from (select * from {r} y
                              where y.state = 'sleeping' and y.available_at < 'infinity'
                              order by y.available_at limit %(depth)s) s
                       join {t} t on t.task_id = s.task_id
                      -- claimed, put back, and nothing was saved: its worker does not know the task
                      where s.started_at is not null and s.wake_event is null
                        and s.created_at < %(deferred_before)s
                        and not exists (select from {c} c where c.task_id = s.task_id)
                        and not exists (select from {w} w where w.task_id = s.task_id)) d) d
 cross join (select count(*) as late_waits, (array_agg(task_id))[:%(examples)s] as late_wait_tasks,
                    min(available_at) as late_wait_since
               from (select r.task_id, r.available_at, r.wake_event
                       from {r} r
                      where r.state = 'sleeping' and r.available_at <= %(late_before)s
                      order by r.available_at limit %(depth)s) l
              where wake_event is not null) l
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
 cross join (select min(coalesce(r.completed_at, r.failed_at, o.cancelled_at)) as oldest_finished
               from (select t.last_attempt_run, t.cancelled_at, t.state
                       from {t} t order by t.task_id limit %(examples)s) o
               left join {r} r on r.run_id = o.last_attempt_run
              where o.state in ('completed', 'failed', 'cancelled')) o
 cross join (select (to_jsonb(q)->>'cleanup_ttl')::interval as cleanup_ttl
               from absurd.queues q where q.queue_name = {queue}::text) q
