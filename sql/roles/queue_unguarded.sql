-- One queue that no role's policies guard any more.
drop policy if exists everybody on {t};
drop policy if exists everybody on {r};
drop policy if exists everybody on {c};
drop policy if exists everybody on {e};
drop policy if exists everybody on {w};
alter table {t} disable row level security;
alter table {r} disable row level security;
alter table {c} disable row level security;
alter table {e} disable row level security;
alter table {w} disable row level security;
