"""Tags for forms that act: ``{% load absurd_actions %}``."""

from __future__ import annotations

from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from absurd_dashboard.repeats import FIELD

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """A token that makes this form act once, however often it is sent."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid4().hex)
