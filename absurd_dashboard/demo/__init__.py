"""The demo: embedded PostgreSQL, real workers and traffic, in one command."""
