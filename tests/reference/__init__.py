"""docs/reference.md and the code: the same names, in both."""
