"""Which form of an answer a caller wants (RFC 9110 section 12.5.1)."""

JSON_LD = "application/ld+json"

_JSON = ("application/json", "application/*", "*/*")


def wants_linked_data(accept: str) -> bool:
    """Whether an Accept header names JSON-LD, and likes nothing that is plain JSON better.

    >>> wants_linked_data("text/turtle, application/ld+json;q=0.9, */*;q=0.1"), wants_linked_data("*/*")
    (True, False)
    """
    if JSON_LD not in accept.lower():
        return False
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weights[kind] = _weight(parameters)
    liked = weights.get(JSON_LD, 0.0)
    return liked > 0 and liked >= next((weights[kind] for kind in _JSON if kind in weights), 0.0)


def _weight(parameters: list[str]) -> float:
    given = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return float(given)
    except ValueError:
        return 0.0
