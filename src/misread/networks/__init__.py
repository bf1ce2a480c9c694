"""The networks: one module for each, which holds its settings, its builder and its registration, ``NETWORK``."""

from misread.registry import Registry

NETWORKS = Registry(__name__, "NETWORK", "network")
