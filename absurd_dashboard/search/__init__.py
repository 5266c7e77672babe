"""The language in which tasks are searched for; its rules are in docs/search.md."""
