"""Refuse wrong parameters before any other stage runs; all of them come after this one."""

from pathlib import Path

import stage
from misread import params

OUT = Path("data/params-checked")


def main() -> None:
    params.load()
    OUT.parent.mkdir(exist_ok=True)
    # Always the same content: the stages after this one run again only for the parameters that they name.
    OUT.write_text("params.yaml holds known keys and allowed values\n", encoding="utf-8")


if __name__ == "__main__":
    stage.run(main)
