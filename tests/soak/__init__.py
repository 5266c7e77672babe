"""A soak: the demo under traffic, open pages and actions, while its database is ill-treated.

Not part of the suite, because it takes as long as it is told to: ``make soak MINUTES=60``.
"""
