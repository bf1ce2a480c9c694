"""Models of the user's own as functions that other processes can load."""

import importlib.util
from pathlib import Path

from misread.inference.loadable import Loadable
from misread.inference.predictions import Predict
from misread.own.feeding import Feeding, predictor
from misread.own.models.model import Model
from misread.own.models.opened import open_model


def loadable(
    model: Model, feeding: Feeding, spec: str, size: tuple[int, int] | None, seed: int, threads: int
) -> Predict:
    """Create a function from images to logits, as `misread.own.feeding.predictor` does, for other processes as well.

    A Python function is called in this process only: others may have imported an older version of its code.

    Args:
        model: the model, as it was opened here.
        feeding: what it expects.
        spec: first argument of `misread.own.models.opened.open_model`.
        size: its second argument.
        seed: seed of TensorFlow in other processes.
        threads: number of threads in other processes.

    """
    here = predictor(model, feeding)
    return Loadable(_load, feeding, str(spec), size, seed, threads, loaded=here) if Path(spec).exists() else here


def _load(feeding: Feeding, spec: str, size: tuple[int, int] | None, seed: int, threads: int) -> Predict:
    if importlib.util.find_spec("tensorflow"):
        from misread.training import determinism

        determinism.make_deterministic(seed, threads)
    return predictor(open_model(spec, size, threads), feeding)
