-- Queues that are created later, to look at.
alter default privileges for role {owner} in schema absurd grant select on tables to {role};
