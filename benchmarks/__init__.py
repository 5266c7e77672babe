"""What the pages cost at a million tasks and at ten; see docs/performance.md."""
