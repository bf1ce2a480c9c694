"""What every stage script shares: a user's mistake ends it with one line and exit status 1."""

import sys
from collections.abc import Callable
from pathlib import Path

from misread.errors import MisreadError


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


def backbone_weights(network: str) -> Path:
    """Where the stage `pretrained` keeps a network's ImageNet weights."""
    return Path(f"models/pretrained/{network}/backbone.weights.h5")
