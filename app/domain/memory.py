"""Keeps the results of pure methods: a release never changes, and many questions ask it the same."""

from collections.abc import Callable
from functools import lru_cache, partial, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

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
