"""The environment is the one that requirements.lock describes: results come from these versions and no others."""

import importlib.metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_copy import ROOT


def test_every_package_has_the_version_of_the_lock_file():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(pinned) > 50
    installed = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}
    here = [one for one in pinned if one.marker is None or one.marker.evaluate()]
    found = {one.name: installed.get(canonicalize_name(one.name), "0+missing") for one in here}
    different = [f"{one}, but {found[one.name]}" for one in here if found[one.name] not in one.specifier]
    assert not different, "`make clean setup` makes the environment anew"
