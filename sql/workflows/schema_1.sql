-- The record of workflow runs, version 1: made in the first schema of the search path.

create table workflow_run (
  workflow_run_id uuid primary key default gen_random_uuid(),
  workflow_name text not null
    constraint workflow_run_name_form
    check (workflow_name ~ '^[a-z][a-z0-9_]*$' and workflow_name !~ '__'),
  workflow_version text not null
    constraint workflow_run_version_form
    check (workflow_version ~ '^[a-zA-Z0-9._-]+$' and workflow_version !~ '__'),
  workflow_hash text,
  status text not null default 'pending'
    constraint workflow_run_status_known
    check (status in ('pending', 'running', 'completed', 'failed', 'cancelled')),
  absurd_run_id uuid,
  absurd_queue text,
  inputs jsonb,
  result jsonb,
  error jsonb,
  created_by text,
  tags jsonb,
  task_count integer
    constraint workflow_run_task_count_natural check (task_count >= 0),
  created_at timestamptz not null default absurd.current_time(),
  started_at timestamptz,
  completed_at timestamptz
);

create index workflow_run_newest
  on workflow_run (created_at desc, workflow_run_id desc);
create index workflow_run_by_name
  on workflow_run (workflow_name, created_at desc, workflow_run_id desc);
create index workflow_run_by_status
  on workflow_run (status, created_at desc, workflow_run_id desc);
create index workflow_run_by_tag
  on workflow_run using gin (tags jsonb_path_ops);

-- Whoever writes a status, through absurd_core or not, gets its time from the engine's clock.
create function workflow_run_stamp ()
  returns trigger
  language plpgsql
as $$
begin
  if new.status = 'running' then
    new.started_at := coalesce(new.started_at, absurd.current_time());
  elsif new.status in ('completed', 'failed', 'cancelled') then
    new.completed_at := coalesce(new.completed_at, absurd.current_time());
  end if;
  return new;
end;
$$;

create trigger workflow_run_stamp
  before insert or update of status on workflow_run
  for each row execute function workflow_run_stamp();

create function workflow_run_schema_version ()
  returns integer
  language sql
  immutable
as $$
  select 1;
$$;
