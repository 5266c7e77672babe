-- The role has no policies any more, and need not ask.
revoke all on function absurd_dashboard.tenants(text) from {role};
revoke all on function absurd_dashboard.run_in_sight(text, uuid) from {role};
revoke usage on schema absurd_dashboard from {role};
