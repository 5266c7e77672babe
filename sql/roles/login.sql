-- A role that can log in and nothing else. It has no password: \password gives it one.
create role {role} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit;
