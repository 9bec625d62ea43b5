"""Tables, queries, releases: the one place that knows SQL."""
