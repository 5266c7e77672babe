-- One queue that tenants share: the role sees and writes what its transaction may see.
-- The policy for everybody leaves all others as they are; a table's owner is bound by none.
alter table {t} enable row level security;
alter table {r} enable row level security;
alter table {c} enable row level security;
alter table {e} enable row level security;
alter table {w} enable row level security;
drop policy if exists everybody on {t};
drop policy if exists everybody on {r};
drop policy if exists everybody on {c};
drop policy if exists everybody on {e};
drop policy if exists everybody on {w};
create policy everybody on {t} using (true) with check (true);
create policy everybody on {r} using (true) with check (true);
create policy everybody on {c} using (true) with check (true);
create policy everybody on {e} using (true) with check (true);
create policy everybody on {w} using (true) with check (true);
drop policy if exists {role} on {t};
drop policy if exists {role} on {r};
drop policy if exists {role} on {c};
drop policy if exists {role} on {e};
drop policy if exists {role} on {w};
create policy {role} on {t} as restrictive to {role} using (
  (select absurd_dashboard.tenants({queue}) is null)
  or headers->>'tenant_id' = any ((select absurd_dashboard.tenants({queue}))::text[])
);
-- What belongs to a task is in sight with it: the policy above holds in the subqueries below.
-- Each is one probe of the primary key; an `exists` could be planned as a scan of all tasks.
create policy {role} on {r} as restrictive to {role} using (
  (select absurd_dashboard.tenants({queue}) is null)
  or (select true from {t} task where task.task_id = {r_name}.task_id)
);
create policy {role} on {c} as restrictive to {role} using (
  (select absurd_dashboard.tenants({queue}) is null)
  or (select true from {t} task where task.task_id = {c_name}.task_id)
);
create policy {role} on {w} as restrictive to {role} using (
  (select absurd_dashboard.tenants({queue}) is null)
  or (select true from {t} task where task.task_id = {w_name}.task_id)
);
-- An event belongs to nobody; it is in sight when a task in sight waits for it or was given it.
create policy {role} on {e} as restrictive to {role} using (
  (select absurd_dashboard.tenants({queue}) is null)
  or exists (select from {w} wait where wait.event_name = {e_name}.event_name)
  -- the range is looked at before the policy above, which probes for each that is left
  or exists (select from {c} point
              where point.checkpoint_name = '$awaitEvent:' || {e_name}.event_name
                and point.checkpoint_name collate "C" >= '$awaitEvent:'
                and point.checkpoint_name collate "C" < '$awaitEvent;')
);
