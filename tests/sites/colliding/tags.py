"""Template tags that are there without being loaded, under names that others might use."""

from django import template

register = template.Library()


@register.simple_tag
def icon(name: str) -> str:
    """The host's icon."""
    return f"the host's {name}"


@register.filter
def duration(value: object) -> str:
    """The host's duration."""
    return "the host's"
