"""Chooses which credentials to count when not all can be: an integer programme, solved by HiGHS."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import highspy


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What may be chosen from, and what holds it back. Amounts are exact, in one unit."""

    worth: Mapping[str, Fraction]
    """What each piece brings at the least."""
    hoped: Mapping[str, Fraction]
    """What each piece brings at the most; decides between choices that bring the same at the least."""
    at_most: Sequence[tuple[Collection[str], Fraction]]
    """Sums that must not be exceeded."""
    at_least: Sequence[tuple[Collection[str], Fraction]]
    """Sums that should be reached; what is lacking is made as small as can be before anything else."""
    one_of: Sequence[Collection[str]]
    """Pieces of which only one may be chosen."""


def choose(problem: Problem) -> frozenset[str]:
    """The best choice: groups filled first, then the most credit, then as few pieces as that takes.

    Pieces count whole or not at all. Of equally good choices the one whose names come first is taken, so that the
    same question has the same answer.
    """
    names = sorted(problem.worth)
    if not names:
        return frozenset()
    fractions = [*problem.worth.values(), *problem.hoped.values()]
    fractions += [amount for _, amount in (*problem.at_most, *problem.at_least)]
    scale = lcm(*(fraction.denominator for fraction in fractions)) if fractions else 1
    worth = {name: int(problem.worth[name] * scale) for name in names}
    hoped = {name: int(problem.hoped[name] * scale) for name in names}
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    chosen = {name: solver.addBinary() for name in names}
    for refs, most in problem.at_most:
        inside = [name for name in names if name in refs]
        if inside:
            solver.addConstr(sum(worth[name] * chosen[name] for name in inside) <= int(most * scale))
    for refs in problem.one_of:
        inside = [name for name in names if name in refs]
        if len(inside) > 1:
            solver.addConstr(sum(chosen[name] for name in inside) <= 1)
    lacking = []
    for refs, least in problem.at_least:
        needed = int(least * scale)
        short = solver.addVariable(lb=0, ub=needed)
        inside = [name for name in names if name in refs]
        solver.addConstr(sum((worth[name] * chosen[name] for name in inside), short) >= needed)
        lacking.append(short)
    stages = [
        (sum(lacking, 0 * chosen[names[0]]), False),
        (sum(worth[name] * chosen[name] for name in names), True),
        (sum(hoped[name] * chosen[name] for name in names), True),
        (sum(chosen.values(), 0 * chosen[names[0]]), False),
        (sum((n + 1) * chosen[name] for n, name in enumerate(names)), False),
    ]
    for goal, largest in stages:
        solver.maximize(goal) if largest else solver.minimize(goal)
        best = round(solver.getInfo().objective_function_value)
        solver.addConstr(goal >= best) if largest else solver.addConstr(goal <= best)
    return frozenset(name for name in names if solver.val(chosen[name]) > 0.5)
