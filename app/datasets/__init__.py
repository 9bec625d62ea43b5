"""Framework data as files: YAML in, domain objects out, every fault with its place."""
