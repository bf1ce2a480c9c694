"""Grids of variants: what their combinations are, their names, and how several machines share them."""

import re
import shlex
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import NamedTuple

from dvc.exceptions import DvcException
from dvc.utils.cli_parse import to_path_overrides
from dvc.utils.hydra import apply_overrides, get_hydra_sweeps

from misread.errors import MisreadError

PARAMS = "params.yaml"
LONGEST = 100  # letters of a name; file systems allow 255


class Variant(NamedTuple):
    """An experiment of the grid."""

    name: str
    changes: tuple[str, ...]  # of parameters, as `dvc exp run --set-param` takes them

    def message(self, stages: list[str]) -> str:
        """The commit message of the experiment, by which another run of the same grid knows it."""
        return f"variant: {' '.join(self.changes)}; {' '.join(stages) or 'all stages'}"


def combinations(grid: str) -> list[tuple[str, ...]]:
    """Split a grid into its combinations, with DVC's own parser of `dvc exp run --queue --set-param`.

    Args:
        grid: changes, separated by blanks; values of one change are separated by commas.

    Raises:
        MisreadError: it cannot be parsed.

    """
    try:
        changes = to_path_overrides(shlex.split(grid))
        sweeps = get_hydra_sweeps(changes)
    except Exception as error:  # of the shell's quotes, or of Hydra, whose parser DVC has
        raise MisreadError(f"{grid}: {one_line(error)}") from None
    if [*changes] != [PARAMS]:
        raise MisreadError(f'changes of {PARAMS} are expected, as in GRID="noise.level=min,avg seed=1,2"')
    return [*dict.fromkeys(tuple(sweep[PARAMS]) for sweep in sweeps)]


def check_keys(path: Path, changes: tuple[str, ...]) -> None:
    """Apply changes to a copy of the parameters; the values are checked by the first stage of a run.

    Raises:
        MisreadError: a key does not exist, or exists although it is to be added.

    """
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(path, folder)
        try:
            apply_overrides(copy, [*changes])
        except DvcException as error:
            raise MisreadError(one_line(error.__cause__ or error)) from None


def named(combined: list[tuple[str, ...]], prefix: str = "") -> list[Variant]:
    """Give names to the combinations of a grid, such as ``level-avg_seed-2``; a number makes equal ones differ."""
    found: dict[str, Variant] = {}
    for changes in combined:
        parts = [prefix] * bool(prefix) + [_part(change) for change in changes]
        start = _for_git("_".join(map(_for_git, parts))[:LONGEST])
        names = (f"{start}-{number}" if number > 1 else start for number in count(1))
        name = next(name for name in names if name.casefold() not in found)  # some file systems do not tell A from a
        found[name.casefold()] = Variant(name, changes)
    return [*found.values()]


def _part(change: str) -> str:
    """What a change contributes to a name: the last part of the key, and the value."""
    key, _, value = change.partition("=")
    last, value = key.lstrip("~+").rpartition(".")[2], value.strip("[]{}'\" ")
    return f"without-{last}" if key.startswith("~") else f"{last}-{value}" if value else last


def _for_git(text: str) -> str:
    """Replace what is not allowed in a reference of git, or needs quotes in a shell."""
    text = re.sub(r"[^0-9A-Za-z_.-]+|\.\.+", "-", text).strip(".-_")
    return re.sub(r"\.lock$", "-lock", text, flags=re.IGNORECASE) or "variant"


def shared(variants: list[Variant], share: str) -> list[Variant]:
    """Every N-th variant, beginning with the I-th; all if there is no share.

    Raises:
        MisreadError: the share is not I/N with numbers from 1 on, I at most N.

    """
    if not share:
        return variants
    found = re.fullmatch(r"([0-9]+)/([0-9]+)", share)
    first, step = map(int, found.groups()) if found else (0, 0)
    if not 1 <= first <= step:
        raise MisreadError(f"SHARE={share}: I/N is expected, for example 2/5, with I from 1 to N")
    return variants[first - 1 :: step]


def one_line(error: Exception | str) -> str:
    """The message of an error in one line."""
    return re.sub(r"\s+", " ", str(error)).strip()[:300] or type(error).__name__
