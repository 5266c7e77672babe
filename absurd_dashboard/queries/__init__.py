"""Queries beside pages: one module per noun, each starting from an access object."""
