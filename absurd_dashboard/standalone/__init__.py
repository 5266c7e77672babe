"""What serves the dashboard on its own: settings, URLs, the command line."""
