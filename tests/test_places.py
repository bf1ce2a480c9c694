"""Where the project may be and who may run it: a read-only checkout, no home folder, an old locale, a shared cache."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image

from misread.experiments.project_copy import ROOT, TINY, change_params, copy_project

NOBODY, UNKNOWN, GROUP = 65534, 43210, 43211  # a user without a home folder; a user and a group that have no name
# In this locale Python reads and writes ASCII alone, if the user insists on it.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
DVC = (sys.executable, "-m", "dvc")
CHECKOUT = ("Makefile", "scripts", "requirements.lock")  # what a copy of the project lacks


def run(*command, cwd, prefix=(), **environment):
    """Run a command without anybody's settings, not even a home folder."""
    path = {"PATH": os.environ["PATH"], "VIRTUAL_ENV": sys.prefix, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*prefix, *map(str, command)], cwd=cwd, env=path | environment, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def without_privileges():
    """Start of a command that may write only where its user may; root may write anywhere."""
    return [] if os.getuid() else working(["setpriv", "--bounding-set=-all"])


def as_user(user, *groups):
    """Start of a command of another user.

    The user may read all files, because the interpreter may be in a folder of root, but writes and links as any other.
    """
    if os.getuid():
        pytest.skip("only root can be other users")
    identity = (f"--reuid={user}", f"--regid={user}", f"--groups={','.join(map(str, groups)) or user}")
    return working(["setpriv", *identity, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"])


def working(prefix):
    if not shutil.which("setpriv"):
        pytest.skip("setpriv of util-linux is not installed")
    done = subprocess.run([*prefix, sys.executable, "-c", "import numpy"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this system runs no Python as another user ({done.stderr.strip()})")
    return prefix


@pytest.fixture(scope="class")
def folder():
    """A folder that all users can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name) / "Größe der"
        folder.mkdir()
        folder.parent.chmod(0o755)
        yield folder


def give(path, user):
    for one in (path, *path.rglob("*")):
        os.chown(one, user, user, follow_symlinks=False)


class TestReadOnlyCheckout:
    @pytest.fixture(scope="class")
    def checkout(self, folder):
        checkout = folder / "misread"
        copy_project(checkout, TINY)
        for name in CHECKOUT:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, checkout / name)
        modes = {path: path.stat().st_mode for path in (checkout, *checkout.rglob("*"))}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        yield checkout
        for path, mode in modes.items():
            path.chmod(mode)

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            ("./run prepare", "error: data: Permission denied"),
            ("./run misread.experiments.demo", "error: {}/.demo: Permission denied"),
            ("./run misread measure model.onnx images --out report", "error: report: cannot be created in {}"),
            ("make PYTHON={python} setup", "error: {}/.venv.partial: no virtual environment could be created there"),
            ("./run scripts/study.py", "error: [Errno 13] Permission denied: '{}/.dvc/tmp'"),
            ("{python} -m dvc repro", "ERROR: unexpected error - [Errno 13] Permission denied: '{}/.dvc/tmp'"),
        ],
    )
    def test_nothing_is_written_and_a_line_says_where(self, checkout, command, told):
        before = sorted(checkout.rglob("*"))
        words = [word.format(python=sys.executable) for word in command.split()]
        done = run(*words, cwd=checkout, prefix=without_privileges(), HOME="/proc/nowhere", USER="me")
        assert done.returncode != 0
        assert told.format(checkout) in done.stderr
        assert "Traceback" not in done.stderr
        assert sorted(checkout.rglob("*")) == before


PLOTS = """
from pathlib import Path
import misread.training
import matplotlib.pyplot as plt
from misread.report import style
with style.applied():
    style.save(plt.figure(), Path("figure.svg"))
"""
BRIGHT = """
import numpy as np
def größe(batch):
    brightness = batch.mean(axis=(1, 2, 3))
    return np.stack([60 - brightness, brightness - 60], axis=1)
"""


MEASURED = (
    "./run", "misread", "measure", "hell.py:größe", "Bilder", "--size=16", "--refine=0", "--resamples=100",
    "--noise=gaussian", "--out=Auswertung für",
)  # fmt: skip


GTSRB = ("misread", "measure", "hell.py:größe", "gtsrb", "--size=16", "--out=report")


def images(folder):
    for name, brightness in (("Größe", 20), ("Straße", 200)):
        (folder / "Bilder" / name).mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (16, 16), (brightness,) * 3).save(folder / f"Bilder/{name}/ä{number}.png")


class TestNoHomeFolder:
    """Of a user whom the system does not know, as in a container that runs as any number."""

    @pytest.fixture(scope="class")
    def project(self, folder):
        project = folder / "project"
        copy_project(project, TINY)
        (project / "hell.py").write_text(BRIGHT, encoding="utf-8")
        (project / "plots.py").write_text(PLOTS, encoding="utf-8")
        give(project, UNKNOWN)
        return project

    def test_keras_starts_and_figures_are_drawn(self, project):
        done = run("./run", "plots.py", cwd=project, prefix=as_user(UNKNOWN))
        assert done.returncode == 0, done.stderr
        assert (project / "figure.svg").exists()
        assert not (project / "~").exists()

    def test_a_stage_reads_the_settings_of_dvc(self, project):
        done = run("./run", "prepare", cwd=project, prefix=as_user(UNKNOWN))
        assert done.stderr.startswith("error: data/gtsrb/GTSRB_Final_Training_Images.zip: no such file")

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            (("./run", *GTSRB), "error: /nonexistent/.cache/misread/gtsrb: cannot be written (Permission denied)"),
            ((sys.executable, "-m", *GTSRB), "error: HOME: could not determine the home directory"),
            ((sys.executable, ROOT / "scripts/study.py"), "error: DVC needs a home folder and a user name, set HOME"),
        ],
    )
    def test_what_needs_one_says_so(self, project, command, told):
        done = run(*command, cwd=project, prefix=as_user(UNKNOWN), PYTHONPATH=f"{project}/src")
        assert done.returncode == 1
        assert done.stderr.splitlines()[-1].startswith(told)
        assert "Traceback" not in done.stderr

    def test_a_model_is_measured_and_the_terminal_may_lack_letters(self, project):
        images(project)
        done = run(*MEASURED, cwd=project, prefix=as_user(UNKNOWN), **ASCII, PYTHONIOENCODING="ascii")
        assert done.returncode == 0, done.stderr
        assert "Auswertung f?r/index.html has the page" in done.stdout
        assert "Größe" in (project / "Auswertung für/classes.csv").read_text(encoding="utf-8")


def test_an_installed_misread_names_what_a_locale_cannot_write(tmp_path):
    images(tmp_path)
    (tmp_path / "Bilder").rename(tmp_path / "images")
    for number, place in enumerate(sorted((tmp_path / "images").iterdir())):
        for image in place.iterdir():
            image.rename(image.with_name(image.name[1:]))
        place.rename(place.with_name(str(number)))
    (tmp_path / "bright.py").write_text(BRIGHT.replace("größe", "size"), encoding="utf-8")
    measured = ("-m", "misread", "measure", "bright.py:size", "images", *MEASURED[5:])
    done = run(sys.executable, *measured, cwd=tmp_path, PYTHONPATH=str(ROOT / "src"), HOME=str(tmp_path), **ASCII)
    assert done.returncode == 1
    told = "a name with bytes that are not in the encoding of your locale, ascii; set PYTHONUTF8=1, or rename it"
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*Auswertung*"))


class TestSharedCache:
    """Two users of one group, each with a clone, and one cache. One has no home folder, the other no name."""

    def repro(self, clone, user, **environment):
        """Run a stage with files that only their owner may read, unless DVC sets another mode."""
        private = ("sh", "-c", 'umask 077 && exec "$@"', "sh", *DVC, "repro", "check")
        site = {"DVC_SITE_CACHE_DIR": str(clone.parent / f"site-{user}"), "LC_ALL": "C"}
        done = run(*private, cwd=clone, prefix=as_user(user, GROUP), **site, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def test_results_of_one_user_are_those_of_the_other(self, folder):
        cache = folder / "cache"
        cache.mkdir()
        os.chown(cache, 0, GROUP)
        cache.chmod(0o2775)
        for user in (NOBODY, UNKNOWN):
            clone = folder / str(user)
            copy_project(clone, TINY)
            (clone / ".dvc/config.local").write_text(
                "[core]\n    no_scm = true\n[cache]\n    dir = ../../cache\n    shared = group\n"
            )
            (folder / f"site-{user}").mkdir()
            give(clone, user)
            give(folder / f"site-{user}", user)
        one, other = folder / str(NOBODY), folder / str(UNKNOWN)
        named = {"HOME": "/proc/nowhere", "USER": "me"}  # which DVC needs
        assert "Running stage 'check'" in self.repro(one, NOBODY)
        assert "Stage 'check' is cached" in self.repro(other, UNKNOWN, **named)
        for clone in (one, other):
            change_params(clone, {"seed": 5})
        assert "Running stage 'check'" in self.repro(other, UNKNOWN, **named)
        assert "Stage 'check' is cached" in self.repro(one, NOBODY)
        origins = [(clone / "data/origin.json").read_text() for clone in (one, other)]
        assert origins[0] == origins[1]
        assert '"seed": 5' in origins[0]
        for path in cache.rglob("*"):
            mode = path.stat().st_mode
            if path.is_dir():
                assert path.stat().st_gid == GROUP
                assert mode & (stat.S_IRWXG | stat.S_ISGID) == stat.S_IRWXG | stat.S_ISGID
            else:
                assert mode & stat.S_IROTH
