"""Paths through published links: the strongest weakest link first, then the shortest."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)
Link = TypeVar("Link")


def strongest_path(
    links: Iterable[Link],
    start: Node,
    goal: Node,
    *,
    ends: Callable[[Link], tuple[Node, Node]],
    weakness: Callable[[Link], int],
    doubt: Callable[[Link], int],
    name: Callable[[Link], str],
) -> tuple[Link, ...] | None:
    """The best chain of links between two nodes, or None where there is none.

    A chain is judged by its weakest link (0 is strongest), then by its length, then by how much its most doubtful
    link is doubted, then by the names of its links in sorted order. All of that is the same read backwards, so the
    way back is the way there.
    """
    usable = sorted(links, key=name)
    for limit in sorted({weakness(link) for link in usable}):
        shortest = _shortest_paths([link for link in usable if weakness(link) <= limit], start, goal, ends)
        if shortest:
            return min(shortest, key=lambda path: (max(map(doubt, path)), sorted(map(name, path))))
    return None


def _shortest_paths(
    links: Sequence[Link], start: Node, goal: Node, ends: Callable[[Link], tuple[Node, Node]]
) -> list[tuple[Link, ...]]:
    """All shortest chains from start to goal, following links in either direction."""
    neighbours: dict[Node, list[tuple[Node, Link]]] = {}
    for link in links:
        one, other = ends(link)
        neighbours.setdefault(one, []).append((other, link))
        neighbours.setdefault(other, []).append((one, link))
    reached: dict[Node, list[tuple[Link, ...]]] = {start: [()]}
    visited = {start}
    while reached and goal not in reached:
        following: dict[Node, list[tuple[Link, ...]]] = {}
        for node, paths in reached.items():
            for other, link in neighbours.get(node, ()):
                if other not in visited:
                    following.setdefault(other, []).extend((*path, link) for path in paths)
        visited |= following.keys()
        reached = following
    return [path for path in reached.get(goal, ()) if path]
