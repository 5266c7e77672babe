"""Registers the dashboard's models in Django's admin, unless the setting ``ADMIN`` is off."""

from django.contrib import admin

from absurd_dashboard.adminsite.register import register
from absurd_dashboard.conf import dashboard_settings

if dashboard_settings().admin:
    register(admin.site)
