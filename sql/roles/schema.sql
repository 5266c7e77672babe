-- The way into the schema, and the list of queues.
grant connect on database {database} to {role};
grant usage on schema absurd to {role};
grant select on absurd.queues to {role};
