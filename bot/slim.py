"""Lets Rasa run without TensorFlow.

Rasa imports TensorFlow with its default recipe, whether or not a component uses it: several seconds and 400 MB for
nothing. Nothing in our pipeline or policies needs it, so an import of it gives a module in which every name is an empty
class. Using one by mistake fails at once (see `Absent`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_ABSENT = frozenset({"tensorflow", "tensorflow_text", "tensorflow_hub", "keras"})


class TensorFlowIsAbsent(RuntimeError):
    """Something asked TensorFlow to work; this process runs without it."""


class _AbsentNames(type):
    """Gives every public name of an absent class, so that type annotations and base classes can be written."""

    def __getattr__(cls, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _AbsentNames(name, (Absent,), {})


class Absent(metaclass=_AbsentNames):
    """A base class, annotation or decorator of a library that is not loaded."""

    def __new__(cls, *args: object, **kwargs: object) -> object:
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]  # a decorator without arguments
        if not args or kwargs:
            return lambda decorated: decorated  # a decorator with arguments
        raise TensorFlowIsAbsent(cls.__name__)


class _AbsentModule(ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return _AbsentNames(name, (Absent,), {})


class _AbsentFinder(MetaPathFinder, Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] not in _ABSENT:
            return None
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the names come when they are asked for."""


def leave_out_tensorflow() -> None:
    """Make every later import of TensorFlow give empty classes. To be called before the first import of Rasa."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _AbsentFinder())
