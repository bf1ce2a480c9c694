"""Reading and writing of small text and JSON files."""

import json
from pathlib import Path

from misread.data import store


def as_json(values: dict) -> str:
    """Format values as indented JSON; infinite values and NaN become null."""
    return json.dumps(json.loads(json.dumps(values), parse_constant=lambda _: None), indent=2) + "\n"


def write(files: dict[Path, str]) -> None:
    """Write files: path -> text. A file is written completely or not at all."""
    for target, text in files.items():
        with store.complete_or_absent(target) as path:
            path.write_text(text, encoding="utf-8")


def read_json(path: Path) -> dict:
    """Read a file that `as_json` formatted."""
    return json.loads(path.read_text(encoding="utf-8"))
