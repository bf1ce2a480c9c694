"""The noise types: one module for each, which holds its function and its registration, ``NOISE``."""

from misread.registry import Registry

NOISE_TYPES = Registry(__name__, "NOISE", "noise type")
