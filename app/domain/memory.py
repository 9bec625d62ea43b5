"""Keeps the results of pure methods: a release never changes, and many questions ask it the same."""

from collections.abc import Callable
from functools import lru_cache, partial, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

Self = TypeVar("Self")
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

KEPT = 16_384
"""Most results that are kept for one method of one object."""


def remembered(
    method: Callable[Concatenate[Self, Arguments], Result],
) -> Callable[Concatenate[Self, Arguments], Result]:
    """Keep the last results of a method that depends on nothing but an unchanging object and its arguments."""
    name = f"_remembered_{method.__name__}"

    def asked(self: Self, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        own: dict[str, Any] = vars(self)
        if name not in own:
            own[name] = lru_cache(maxsize=KEPT)(partial(method, self))
        result: Result = own[name](*args, **kwargs)
        return result

    return update_wrapper(asked, method)


def once_for_each(make: Callable[[Self], Result]) -> Callable[[Self], Result]:
    """Make something of an object once, and keep it as long as the object lives."""
    made: WeakKeyDictionary[Self, Result] = WeakKeyDictionary()

    def asked(owner: Self) -> Result:
        if owner not in made:
            made[owner] = make(owner)
        return made[owner]

    return asked
