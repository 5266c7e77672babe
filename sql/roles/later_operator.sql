-- Queues that are created later. Default privileges cannot tell one table from another, so this is
-- more than it takes, until the command is run again.
alter default privileges for role {owner} in schema absurd
  grant select, insert, update, delete on tables to {role};
