"""The params.yaml that `dvc exp run -S` writes has the values that were asked for, and all others as before.

DVC 3.67 damages the file if a list with a comment behind it is replaced twice, and the comment has two lines or no key
after it in the section has a comment.
"""

import shutil

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from misread.experiments.project_copy import ROOT

PARAMS = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))


def lists(section, path=()):
    """Paths of all lists."""
    for key, value in section.items():
        if isinstance(value, dict):
            yield from lists(value, (*path, key))
        elif isinstance(value, list):
            yield (*path, key)


def replaced(section, path, value):
    """The same section with another value at a path."""
    name, *rest = path
    return section | {name: replaced(section[name], rest, value) if rest else value}


@pytest.mark.parametrize("path", [*lists(PARAMS)], ids=".".join)
def test_a_list_that_is_replaced_again_and_again_is_all_that_changes(path, tmp_path):
    copy = shutil.copy(ROOT / "params.yaml", tmp_path)
    for value in ([1, 2, 3], [], [7], []):
        apply_overrides(copy, [f"{'.'.join(path)}={value}"])
        with open(copy, encoding="utf-8") as file:
            assert yaml.safe_load(file) == replaced(PARAMS, path, value)
