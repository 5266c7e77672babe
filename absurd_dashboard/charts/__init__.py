"""Charts of what ended, how long it took, and what waits: from bounded reads to drawings."""
