"""Django sites of all kinds, each served by a process of its own with the dashboard in it."""
