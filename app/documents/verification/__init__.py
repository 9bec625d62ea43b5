"""Is this document genuine? Each step says what it found; what could not be checked is never called good."""
