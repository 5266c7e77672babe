-- Recorded workflow runs: one is in sight with the run of its root task.
alter table {recorded} enable row level security;
drop policy if exists everybody on {recorded};
create policy everybody on {recorded} using (true) with check (true);
drop policy if exists {role} on {recorded};
create policy {role} on {recorded} as restrictive to {role} using (
  (select absurd_dashboard.tenants('') is null)
  or absurd_dashboard.run_in_sight(absurd_queue, absurd_run_id)
);
