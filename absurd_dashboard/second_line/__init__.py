"""The second line, in the database: a role with exactly the dashboard's rights, and policies."""
