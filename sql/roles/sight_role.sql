-- The role may ask.
grant usage on schema absurd_dashboard to {role};
grant execute on function absurd_dashboard.tenants(text) to {role};
grant execute on function absurd_dashboard.run_in_sight(text, uuid) to {role};
