"""Registries: each module of a package registers one object under the name of the module."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

from misread.errors import MisreadError


class Registry:
    """The objects that the modules of a package register.

    A module is imported only when its object is requested, so the results of one module do not depend on the others.

    Args:
        package: dotted name of the package.
        attribute: name of the registered object in each module.
        what: kind of the objects, for error messages.

    """

    def __init__(self, package: str, attribute: str, what: str):
        self.package, self.attribute, self.what = package, attribute, what
        self._found: dict[str, Any] = {}  # listing the folder takes longer than adding noise to an image

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the modules, in alphabetical order."""
        folder = importlib.import_module(self.package).__path__
        return tuple(sorted(module.name for module in pkgutil.iter_modules(folder)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __getitem__(self, name: str) -> Any:
        """Return the object that a module registers.

        Raises:
            MisreadError: no module has this name.

        """
        if name not in self._found:
            if name not in self.names:
                raise MisreadError(f"{self.what} {name!r} is unknown; one of {', '.join(self.names)}")
            self._found[name] = getattr(importlib.import_module(f"{self.package}.{name}"), self.attribute)
        return self._found[name]
