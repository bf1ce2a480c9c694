"""The training regimes: one module for each, which holds its settings, if any, and its registration, ``REGIME``."""

from misread.registry import Registry

REGIMES = Registry(__name__, "REGIME", "regime")
