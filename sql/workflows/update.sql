-- Changes a workflow run if its status allows it, and tells the status found from what is there now.
-- The row is locked first, so of two callers the second sees what the first one wrote.
with found as (
  select workflow_run_id, status
  from workflow_run
  where workflow_run_id = %(workflow_run_id)s
  for update
),
changed as (
  update workflow_run as w
  set
    status = coalesce(%(status)s, w.status),
    result = coalesce(%(result)s, w.result),
    error = coalesce(%(error)s, w.error),
    started_at = coalesce(%(started_at)s, w.started_at),
    completed_at = coalesce(%(completed_at)s, w.completed_at),
    task_count = coalesce(%(task_count)s, w.task_count)
  from found
  where w.workflow_run_id = found.workflow_run_id
    and w.status = any(%(allowed)s::text[])
  returning w.*
)
select
  found.status as status_before,
  changed.workflow_run_id is not null as is_changed,
  changed.*
from found
left join changed using (workflow_run_id)
