"""One constant that every described class carries."""

from typing import Any

DESCRIBED: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}
"""Tells schema generators to refuse unknown keys and to publish the text below each field."""
