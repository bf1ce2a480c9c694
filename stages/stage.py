"""What every stage script shares: a user's mistake ends it with one line and exit status 1."""

import sys
from collections.abc import Callable
from pathlib import Path

from misread.errors import MisreadError
from misread.params import NETWORKS, REGIMES


def run(main: Callable[[], None]) -> None:
    """Run a stage's main function.

    A MisreadError, a full disk and an interruption are told in one line; anything else is a bug and keeps its
    traceback.
    """
    try:
        main()
    except MisreadError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        sys.exit(f"error: {error.filename or 'the disk'}: {error.strerror}")
    except KeyboardInterrupt:
        sys.exit("interrupted; `dvc repro` starts this stage anew")


def evaluated_keys() -> list[str]:
    """Every NETWORK-REGIME that has predictions, networks and regimes in their usual order.

    Raises:
        MisreadError: there are none.
    """
    present = {path.stem for path in Path("reports/predictions").glob("*.parquet")}
    keys = [key for network in NETWORKS for regime in REGIMES if (key := f"{network}-{regime}") in present]
    if not keys:
        raise MisreadError("reports/predictions: no predictions there; `dvc repro` or `dvc pull` brings them")
    return keys


def backbone_weights(network: str) -> Path:
    """Where the stage `pretrained` keeps a network's ImageNet weights."""
    return Path(f"models/pretrained/{network}/backbone.weights.h5")
