-- The root task of a workflow run ended in this attempt.
update workflow_run
set
  status = %(status)s,
  result = coalesce(%(result)s, result),
  error = coalesce(%(error)s, error)
where workflow_run_id = %(workflow_run_id)s
  and absurd_run_id = %(absurd_run_id)s
  and status = 'running'
