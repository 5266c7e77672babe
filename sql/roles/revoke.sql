-- What the role held in the schema before, so that what follows is all that it holds.
revoke all on all tables in schema absurd from {role};
revoke all on all functions in schema absurd from {role};
alter default privileges for role {owner} in schema absurd revoke all on tables from {role};
