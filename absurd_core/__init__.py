"""Absurd for any Python program: every stored procedure typed, sync and async."""
