-- The newest recorded workflow runs in sight, without their payloads.
select workflow_run_id, workflow_name, workflow_version, status, task_count, created_by,
       left(tags::text, 400) as tags_text, length(tags::text) as tags_size,
       created_at, started_at, completed_at
  from workflow_run as w
 where {visible}
   and (%(name)s::text is null or workflow_name = %(name)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(created_at)s::timestamptz is null
        or (created_at, workflow_run_id) < (%(created_at)s::timestamptz, %(after)s::uuid))
 order by created_at desc, workflow_run_id desc
 limit %(rows)s
