-- Records a workflow run that has not started, and returns its id.
insert into workflow_run (
  workflow_run_id, workflow_name, workflow_version, workflow_hash,
  absurd_run_id, absurd_queue, inputs, created_by, tags
)
values (
  coalesce(%(workflow_run_id)s::uuid, gen_random_uuid()),
  %(workflow_name)s, %(workflow_version)s, %(workflow_hash)s,
  %(absurd_run_id)s, %(absurd_queue)s, %(inputs)s, %(created_by)s, %(tags)s
)
returning workflow_run_id
