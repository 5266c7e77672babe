"""Ready-made alternatives to the default policy, for hosts that have no use for tenants."""
