-- One recorded workflow run, if it is in sight; its payloads as far as a page can show them.
select workflow_run_id, workflow_name, workflow_version, workflow_hash, status, task_count,
       absurd_run_id, absurd_queue, created_by, created_at, started_at, completed_at,
       left(tags::text, %(preview)s) as tags_text, length(tags::text) as tags_size,
       left(inputs::text, %(preview)s) as inputs_text, length(inputs::text) as inputs_size,
       left(result::text, %(preview)s) as result_text, length(result::text) as result_size,
       left(error::text, %(preview)s) as error_text, length(error::text) as error_size
  from workflow_run as w
 where workflow_run_id = %(workflow_run_id)s
   and ({visible} or %(is_named)s and absurd_queue is null)
