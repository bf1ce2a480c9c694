"""Copies of the project as git repositories of their own, in which the real `dvc` command runs on rendered signs."""

import copy
import json
import os
import re
import subprocess
import sys

from additions import add

from misread.experiments.project_copy import ROOT, TINY, copy_project, remove_networks


class Clone:
    """A git repository with the pipeline in it; its only network is cnn.

    Args:
        folder: to be made.
        cache: folder of DVC's cache; None: one of its own.
        settings: of its parameters.
        additions: networks and noise types that it has as well.

    """

    def __init__(self, folder, cache=None, settings=TINY, additions=()):
        self.folder, self.cache = folder, cache or folder / ".dvc/cache"
        folder.mkdir()
        copy_project(folder, settings)
        remove_networks(folder, ("inception_v3", "resnet50"))
        for addition in additions:
            add(folder, addition)
        # As a user who has not activated the environment: its `bin` is not on the path.
        bare = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
        others = ("VIRTUAL_ENV", "MISREAD_MIRROR", "PYTHONDONTWRITEBYTECODE")
        self.environment = {name: value for name, value in os.environ.items() if name not in others}
        self.environment |= {"PATH": os.pathsep.join(bare), "LC_ALL": "C"}  # a locale without letters beyond ASCII
        # The stages look for .venv upwards from their folder.
        (folder / ".venv").symlink_to(sys.prefix)
        self.git("init", "--quiet")
        if cache:
            self.dvc("cache", "dir", "--local", os.path.relpath(cache, folder))  # DVC writes ASCII alone
        self.commit("start")

    def cloned(self, folder):
        """A fresh clone of this one, with a cache of its own that is empty."""
        self.run("git", "clone", "--quiet", str(self.folder), str(folder))
        (folder / ".venv").symlink_to(sys.prefix)
        other = copy.copy(self)
        other.folder, other.cache = folder, folder / ".dvc/cache"
        return other

    def run(self, *command, check=True):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def git(self, *arguments):
        """Call git; clones with the same files get the same commits, which the report names."""
        dates = [f"GIT_{role}_DATE=2021-01-01T00:00:00Z" for role in ("AUTHOR", "COMMITTER")]
        settings = ("user.name=test", "user.email=test@example.org", "commit.gpgsign=false", "core.hooksPath=/dev/null")
        options = [part for setting in settings for part in ("-c", setting)]
        return self.run("env", *dates, "git", *options, *arguments)

    def commit(self, message):
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", message)

    def dvc(self, *arguments, check=True):
        return self.run(sys.executable, "-m", "dvc", *arguments, check=check)

    def repro(self, *arguments):
        """Stages that ran."""
        return stages_run(self.dvc("repro", *arguments).stdout)

    def study(self, jobs, *stages):
        """Stages that ran side by side."""
        done = self.run(str(ROOT / "run"), str(ROOT / "scripts/study.py"), "--jobs", str(jobs), *stages)
        return re.findall(r"Running stage '(.+)':", done.stdout)

    def would_run(self):
        """Stages that would run; `dvc exp run --dry` fails, as it looks in a copy without data."""
        return stages_run(self.dvc("repro", "--dry").stdout)

    def lock(self):
        return (self.folder / "dvc.lock").read_text()

    def state(self):
        """What `restore` needs."""
        return (self.folder / "params.yaml").read_bytes(), self.lock()

    def restore(self, state):
        """Go back to parameters and results; they are in the cache."""
        parameters, lock = state
        (self.folder / "params.yaml").write_bytes(parameters)
        (self.folder / "dvc.lock").write_text(lock)
        self.git("checkout", "--quiet", "reports", "metrics")
        self.dvc("checkout")
        assert self.repro() == []

    def read(self, path):
        return json.loads((self.folder / path).read_text())


def stages_run(output):
    """What DVC says that it runs, or would run."""
    return re.findall(r"^Running stage '(.+)':", output, re.MULTILINE)
