"""The dashboard's models in Django's admin, scoped by the same policy as its pages."""
