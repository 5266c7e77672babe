#!/usr/bin/env python
"""Run a management command with the stand-alone settings, or those of DJANGO_SETTINGS_MODULE."""

from absurd_dashboard.cli import main

if __name__ == "__main__":
    main()
