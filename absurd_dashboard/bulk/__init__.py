"""One action on many tasks: a dry run, then work that survives every crash and repeats nothing."""
