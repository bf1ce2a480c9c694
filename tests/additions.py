"""README's own network and noise type, added to a project as README says: a file and a section of ``params.yaml``."""

import re
import textwrap
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

from misread.experiments.project_copy import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


class Addition(NamedTuple):
    """What a user adds."""

    name: str
    path: str  # of its file
    section: str  # of ``params.yaml``, dotted, that gets a key of its name
    settings: dict
    code: str


def from_readme(name: str, path: str, section: str, **changes) -> Addition:
    """What README shows below the path of a file: its code, and then its section.

    Args:
        name: of the network or noise type.
        path: of its file.
        section: dotted.
        changes: settings of it for a tiny run.

    """
    _, _, below = README.partition(f"`{path}`")
    code, settings = (re.search(rf"```{kind}\n(.*?)```", below, re.DOTALL)[1] for kind in ("python", "yaml"))
    return Addition(name, path, section, YAML().load(textwrap.dedent(settings))[name] | changes, code)


VGG16 = from_readme(
    "vgg16", "src/misread/networks/vgg16.py", "networks",
    image_size=32, epochs=1, batch_size=32, weights=None, cut="block1_pool",
)  # fmt: skip
SPECKLE = from_readme(
    "speckle", "src/misread/noise/types/speckle.py", "noise.types", sweep=[0.03, 0.1, 0.3, 1.0]
)  # fmt: skip
STRONGEST = from_readme("strongest", "src/misread/regimes/strongest.py", "regimes")


def add(folder: Path, addition: Addition) -> None:
    """Add to a project."""
    (folder / addition.path).write_text(addition.code, encoding="utf-8")
    _change(folder, addition.section, lambda section: section.update({addition.name: addition.settings}))


def remove(folder: Path, section: str, name: str) -> None:
    """Remove a section of the parameters."""
    _change(folder, section, lambda found: found.pop(name))


def _change(folder: Path, section: str, change) -> None:
    yaml = YAML()
    path = folder / "params.yaml"
    settings = found = yaml.load(path)
    for part in section.split("."):
        found = found[part]
    change(found)
    yaml.dump(settings, path)
