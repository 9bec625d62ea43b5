"""Credentials that people hold, and files that systems export: from their format to what we know and back."""
