"""HTTP, nothing else: no rule of recognition lives here."""
