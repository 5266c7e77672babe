"""The tag that draws counts over time: ``{% load absurd_spark %}``."""

from django import template

from absurd_dashboard.sparkline import sparkline

register = template.Library()
register.simple_tag(sparkline, name="sparkline")
