"""Files of ``scripts/`` and ``stages/``, which are no modules of the package."""

import importlib.util
import subprocess
import sys

from misread.experiments.project_copy import ROOT


def load(path):
    """Import a file, named relative to the project."""
    spec = importlib.util.spec_from_file_location(path.rpartition("/")[2].removesuffix(".py"), ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_refused(folder, stage, told):
    """Run a stage in a copy of the project; it must end with status 1 and one line."""
    (folder / ".venv").symlink_to(sys.prefix)
    done = subprocess.run([folder / "run", stage], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == told
    assert done.stderr.count("error") == 1
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
