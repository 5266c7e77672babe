-- What the policies below ask: which tenants of a queue the transaction may see.
-- The dashboard says so at the beginning of each: in the setting absurd_dashboard.tenants stands
-- `*` for everything, or an object: the queues in sight, true for all of one, or a list of tenants.
create schema if not exists absurd_dashboard;
create or replace function absurd_dashboard.tenants(queue text) returns text[]
  language sql stable parallel safe set search_path = pg_catalog
as $$
  select case
           when said = '*' then null
           when said = '' then '{{}}'
           when said::jsonb -> queue = 'true' then null
           when jsonb_typeof(said::jsonb -> queue) = 'array'
             then array(select jsonb_array_elements_text(said::jsonb -> queue))
           else '{{}}'
         end
    from (select coalesce(current_setting('absurd_dashboard.tenants', true), '') as said) setting
$$;
comment on function absurd_dashboard.tenants is
  'Tenants of the queue that the transaction may see; null for all of it';
-- Whether a run is in sight: all of its queue, or it passes the policies of its queue's tables,
-- which hold in here as they do for whoever calls this.
create or replace function absurd_dashboard.run_in_sight(queue text, run uuid) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog
as $$
declare
  found boolean;
begin
  if not exists (select from absurd.queues q where q.queue_name = run_in_sight.queue) then
    return false;
  elsif absurd_dashboard.tenants(queue) is null then
    return true;
  elsif absurd_dashboard.tenants(queue) = '{{}}' then
    return false;
  end if;
  execute format('select exists (select from absurd.%I r where r.run_id = $1)', 'r_' || queue)
    into found using run;
  return found;
end;
$$;
comment on function absurd_dashboard.run_in_sight is
  'Whether the transaction may see the run, and so the workflow run whose root it is';
