"""How noise makes image classifiers fail: `misread.measure`, and the library of the study in dvc.yaml.

Packages import only in this direction: stages, report, experiments, explorer and own -> inference, gans, training and
metrics -> networks, noise, data and gtsrb -> parallel, params, paths and sections. As exceptions, `params` reads the
settings that networks and noise types register, and `own` draws with `report`.
"""

from typing import Any

__all__ = ["__version__", "measure"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import `measure` when it is first used: the stages need none of what it imports."""
    if name == "measure":
        from misread.own.functions import measure

        return measure
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
