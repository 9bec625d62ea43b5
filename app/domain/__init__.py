"""What is true: words of the field, frozen dataclasses and pure functions over them.

Nothing here knows SQL, HTTP, files or today's date. The same classes give the shape of the
YAML files, of the stored statements and of the answers, so a word means the same everywhere.
"""
