-- One workflow run with its payloads.
select
  workflow_run_id, workflow_name, workflow_version, workflow_hash, status,
  absurd_run_id, absurd_queue, inputs, result, error, created_by, tags, task_count,
  created_at, started_at, completed_at
from workflow_run
where workflow_run_id = %(workflow_run_id)s
