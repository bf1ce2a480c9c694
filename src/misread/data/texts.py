"""Reading and writing of small text and JSON files."""

import json
from contextlib import ExitStack
from pathlib import Path

from misread.data import store


def as_json(values: dict) -> str:
    """Format values as indented JSON; infinite values and NaN become null."""
    return json.dumps(json.loads(json.dumps(values), parse_constant=lambda _: None), indent=2) + "\n"


def write(files: dict[Path, str]) -> None:
    """Write files: path -> text. All of them are written completely, or none."""
    with ExitStack() as unfinished:
        for target, text in files.items():
            unfinished.enter_context(store.complete_or_absent(target)).write_text(text, encoding="utf-8")


def read_json(path: Path) -> dict:
    """Read a file that `as_json` formatted."""
    return json.loads(path.read_text(encoding="utf-8"))
