-- Ends the open workflow runs of a queue whose root task is over, and returns their ids.
update workflow_run as w
set
  status = t.state,
  result = case when t.state = 'completed' then t.completed_payload else w.result end,
  error = case when t.state = 'failed' then last.failure_reason else w.error end,
  completed_at = coalesce(last.completed_at, last.failed_at, t.cancelled_at)
from absurd.{runs} as root
join absurd.{tasks} as t using (task_id)
left join absurd.{runs} as last on last.run_id = t.last_attempt_run
where w.status in ('pending', 'running')
  and w.absurd_queue = %(queue)s
  and root.run_id = w.absurd_run_id
  and t.state in ('completed', 'failed', 'cancelled')
returning w.workflow_run_id
