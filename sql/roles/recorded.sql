-- Recorded workflow runs, to look at.
grant select on {recorded} to {role};
