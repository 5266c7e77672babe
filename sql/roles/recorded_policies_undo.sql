-- Recorded workflow runs without the role's policy.
drop policy if exists {role} on {recorded};
