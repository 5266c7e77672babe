"""Why indexes are not built."""


class CannotTune(Exception):
    """The database, or somebody else's work in it, stands in the way; the text says what to do."""
