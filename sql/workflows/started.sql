-- The root task of a workflow run was handed out: it runs, even if it was over, since somebody
-- retried its task. Only a cancelled run stays what it is.
update workflow_run
set
  status = 'running',
  absurd_run_id = %(absurd_run_id)s,
  absurd_queue = %(absurd_queue)s,
  result = null,
  error = null,
  completed_at = null
where workflow_run_id = %(workflow_run_id)s
  and status <> 'cancelled'
