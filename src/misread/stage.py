"""Running a stage; user errors and limits of the machine end it with a one-line message and status 1."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path

from misread.errors import MisreadError

OUTPUTS = ("data", "metrics", "models", "reports")
FEWER = "set MISREAD_WORKERS to fewer"
LIMITS = {
    errno.ENOMEM: f"not enough memory; {FEWER}, or a smaller batch_size",
    errno.EAGAIN: f"the system allows no more processes or threads (`ulimit -u` tells how many); {FEWER}",
    errno.EMFILE: f"the system allows no more open files (`ulimit -n` tells how many); {FEWER}",
    errno.ENFILE: f"the system allows no more open files on the whole machine; {FEWER}",
}


def run(main: Callable[[], None]) -> None:
    """Run a stage's main function.

    A MisreadError, a limit of the machine and an interruption are reported in one line. Any other exception is a bug
    and keeps its traceback.
    """
    try:
        refuse_links()
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; `dvc repro` starts this stage anew")
    except Exception as error:
        if (told := described(error)) is None:
            raise
        sys.exit(f"error: {' '.join(told.splitlines())}")


def refuse_links() -> None:
    """Refuse symbolic links as output folders before the stage runs; DVC would refuse them only after the stage."""
    for name in OUTPUTS:
        if Path(name).is_symlink():
            raise MisreadError(
                f"{name}: is a symbolic link, and DVC takes no output behind one; make it a folder, and let "
                "`dvc cache dir --local FOLDER` put what is large on another disk"
            )


def described(error: Exception) -> str | None:
    """Describe an error that is not a bug in one line; None for a bug."""
    if isinstance(error, MisreadError):
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's
        return LIMITS[errno.ENOMEM]
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return LIMITS[errno.EAGAIN]
    if isinstance(error, RuntimeError) and "home directory" in str(error):  # platformdirs's
        return f"HOME: {error}"
    if isinstance(error, OSError) and error.errno in LIMITS:
        return LIMITS[error.errno]
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        name = error.object[max(0, error.start - 40) : error.end + 40]
        return (
            f"{name!a}: a name with bytes that are not in the encoding of your locale, "
            f"{sys.getfilesystemencoding()}; set PYTHONUTF8=1, or rename it"
        )
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return None
