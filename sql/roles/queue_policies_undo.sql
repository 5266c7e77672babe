-- One queue without the role's policies.
drop policy if exists {role} on {t};
drop policy if exists {role} on {r};
drop policy if exists {role} on {c};
drop policy if exists {role} on {e};
drop policy if exists {role} on {w};
