-- The newest workflow runs that meet the conditions, without their payloads.
select
  workflow_run_id, workflow_name, workflow_version, workflow_hash, status,
  absurd_run_id, absurd_queue, created_by, tags, task_count,
  created_at, started_at, completed_at
from workflow_run
where {conditions}
order by created_at desc, workflow_run_id desc
limit %(rows)s
