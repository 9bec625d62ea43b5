"""One constant that every described class carries."""

from typing import Any

DESCRIBED: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True, "coerce_numbers_to_str": True}
"""Tells schema generators to refuse unknown keys, to publish the text below each field, and to read 5 as "5"."""
