"""A dashboard for Absurd, as a reusable Django app and as a program of its own."""

__version__ = "0.1.0"
