"""The user's machine and settings: whatever they are, misread runs the same, or says in one line why it cannot."""

import ast
import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from misread import stage
from misread.data import store
from misread.experiments import demo, variants
from misread.experiments.project_copy import ROOT, copy_project

BARE = {"PATH": os.pathsep.join(folder for folder in os.environ["PATH"].split(os.pathsep) if ".venv" not in folder)}


def run(*command, cwd=ROOT, check=True, **environment):
    """Run a command in a shell without anybody's settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=kept | BARE | environment, capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def fake_python(folder: Path, name: str = "python") -> Path:
    """A Python that tells where it lies and has all packages."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho "$0 PYTHONPATH=$PYTHONPATH"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    """A folder with nothing of the project but the launcher."""
    folder = tmp_path / "home/project"
    (folder / "stages").mkdir(parents=True)
    (folder / "stages/x.py").touch()
    shutil.copy(ROOT / "run", folder)
    return folder


def copied(project, copy):
    """A copy of the project, as DVC makes it."""
    shutil.copytree(project / "stages", copy / "stages")
    shutil.copy(project / "run", copy)


class TestLauncher:
    def test_the_environment_of_the_project_comes_first(self, project, tmp_path):
        own = fake_python(project / ".venv/bin")
        active = fake_python(tmp_path / "active/bin")
        elsewhere = tmp_path / "ros/lib"
        done = run(project / "run", "x", VIRTUAL_ENV=str(active.parents[1]), PYTHONPATH=str(elsewhere))
        assert done.stdout == f"{own} PYTHONPATH={project}/src\n"

    @pytest.mark.parametrize("copy", [".dvc/tmp/exps/standalone/abc", ".demo", ".verify"])
    def test_copies_take_that_of_the_project_around_them(self, project, copy):
        own = fake_python(project / ".venv/bin")
        copied(project, project / copy)
        done = run(project / copy / "run", "x")
        assert done.stdout == f"{own} PYTHONPATH={project / copy}/src\n"

    def test_the_active_environment_beats_one_in_a_folder_above(self, project, tmp_path):
        fake_python(project.parent / ".venv/bin")
        active = fake_python(tmp_path / "active/bin")
        done = run(project / "run", "x", VIRTUAL_ENV=str(active.parents[1]))
        assert done.stdout.startswith(f"{active} ")

    def test_the_first_on_the_path_comes_last(self, project, tmp_path):
        other = fake_python(tmp_path / "conda/bin", "python3")
        done = run(project / "run", "x", PATH=f"{other.parent}:/usr/bin:/bin")
        assert done.stdout.split()[0] in (str(other), shutil.which("python", path="/usr/bin:/bin"))

    def test_a_python_without_the_packages_is_named_in_one_line(self, project, tmp_path):
        bare = tmp_path / "bare/bin/python"
        bare.parent.mkdir(parents=True)
        bare.write_text("#!/bin/sh\nexit 1\n")
        bare.chmod(0o755)
        done = run(project / "run", "x", check=False, VIRTUAL_ENV=str(bare.parents[1]))
        assert done.returncode == 1
        assert done.stderr == (
            f"error: {bare} lacks the packages of requirements.lock; `make setup` makes an environment\n"
        )

    def test_a_relative_mirror_is_taken_from_the_project(self, project):
        python = fake_python(project / ".venv/bin")
        python.write_text('#!/bin/sh\necho "$MISREAD_MIRROR"\n')
        copy = project / ".dvc/tmp/exps/standalone/abc"
        copied(project, copy)
        for given, used in (
            ("mirror", f"{project}/mirror"), ("/mirror", "/mirror"), ("https://host/x", "https://host/x"), ("", ""),
        ):  # fmt: skip
            done = run(copy / "run", "x", MISREAD_MIRROR=given)
            assert done.stdout.splitlines()[-1] == used
        assert run(copy / "run", "x", MISREAD_MIRROR="m", DVC_ROOT="/p").stdout.endswith("/p/m\n")

    def test_a_stage_hides_no_package_of_its_name(self, project):
        python = fake_python(project / ".venv/bin")
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (project / "stages/tabulate.py").write_text("import tabulate; print(tabulate.__file__)\n")
        found = Path(run(project / "run", "tabulate").stdout.strip())
        assert found.is_file()
        assert project not in found.parents


def test_a_clone_with_windows_line_ends_keeps_those_of_the_project(tmp_path):
    source, clone = tmp_path / "source", tmp_path / "clone"
    copy_project(source, {})
    shutil.copy(ROOT / ".gitattributes", source)
    shutil.copytree(ROOT / "reports/figures/signs", source / "reports/figures/signs")
    git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.org")
    run("git", "init", "--quiet", source)
    run(*git, "add", ".", cwd=source)
    run(*git, "commit", "--quiet", "--message", "start", cwd=source)
    run("git", "-c", "core.autocrlf=true", "clone", "--quiet", source, clone)
    run("git", "config", "core.autocrlf", "true", cwd=clone)
    assert b"\r" not in (clone / "run").read_bytes()
    assert (clone / "reports/figures/signs/samples.png").read_bytes().startswith(b"\x89PNG\r\n")
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


def test_keras_is_imported_nowhere_before_misread_starts_it():
    """What the user's settings of it were to decide, they would."""
    started = {"training", "gans", "with_keras"}  # packages that start it when they are imported
    for path in [*(ROOT / "stages").glob("*.py"), *(ROOT / "scripts").glob("*.py"), *(ROOT / "src").rglob("*.py")]:
        if not started & set(path.relative_to(ROOT).parts):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                names = {alias.name for alias in node.names} if isinstance(node, ast.Import) else set()
                names |= {node.module} if isinstance(node, ast.ImportFrom) else set()
                assert not [name for name in names if str(name).startswith(("keras", "tensorflow"))], path


KERAS = """
import misread.gans.fitting, keras
print(keras.config.backend(), keras.config.image_data_format(), keras.config.floatx(), keras.config.max_epochs())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ('{"image_dim_ordering": "th", "floatx": "float32", "backend": "theano"}', {}),
        ('{"image_data_format": "channels_first", "floatx": "float16", "backend": "jax"}', {"KERAS_MAX_EPOCHS": "1"}),
        ('{"image_data_format": "th"}', {"KERAS_BACKEND": "torch", "TF_XLA_FLAGS": "--no_such_flag"}),
    ],
)
def test_keras_settings_of_the_user_decide_nothing(tmp_path, settings, environment):
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras/keras.json").write_text(settings)
    done = run(
        sys.executable, "-c", KERAS, PYTHONPATH=str(ROOT / "src"), **environment,
        HOME=str(tmp_path), XDG_CACHE_HOME=str(tmp_path / "cache"),
    )  # fmt: skip
    assert done.stdout == "tensorflow channels_last float32 None\n"
    assert (tmp_path / ".keras/keras.json").read_text() == settings


@pytest.mark.slow
def test_a_keras_that_was_imported_before_with_other_settings_is_refused():
    code = "import keras; keras.config.set_image_data_format('channels_first'); import misread.training"
    done = run(sys.executable, "-c", code, check=False, PYTHONPATH=str(ROOT / "src"))
    assert "Keras was imported with image_data_format 'channels_first', misread needs 'channels_last'" in done.stderr


FIGURE = """
import sys
from pathlib import Path
import matplotlib.pyplot as plt
from misread.report import style
before = dict(plt.rcParams)
with style.applied():
    figure, axes = plt.subplots()
    axes.plot([1, 2], label="cnn")
    axes.legend()
    style.save(figure, Path(sys.argv[1]))
assert dict(plt.rcParams) == before
"""


def test_matplotlib_settings_of_the_user_decide_nothing_and_stay(tmp_path):
    for name, settings in (("none", ""), ("own", "text.usetex: True\nsavefig.dpi: 300\nfont.family: serif\n")):
        home = tmp_path / name
        home.mkdir()
        (home / "matplotlibrc").write_text(settings)
        run(
            sys.executable, "-c", FIGURE, home / "figure.png", cwd=home, PYTHONPATH=str(ROOT / "src"),
            MPLCONFIGDIR=str(home),
        )  # fmt: skip
    one, other = (tmp_path / name / "figure.png" for name in ("none", "own"))
    assert one.read_bytes() == other.read_bytes()


class TestErrorsOfTheSystem:
    @pytest.mark.parametrize(
        ("error", "told"),
        [
            (OSError(errno.ENOMEM, "Cannot allocate memory"), "not enough memory; set MISREAD_WORKERS"),
            (MemoryError(), "not enough memory"),
            (OSError(errno.EMFILE, "Too many open files"), "no more open files (`ulimit -n`"),
            (OSError(errno.EMFILE, "Too many open files", "data/x"), "no more open files (`ulimit -n`"),
            (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "no more processes or threads"),
            (RuntimeError("can't start new thread"), "no more processes or threads"),
            (PermissionError(errno.EACCES, "Permission denied", "data/x"), "data/x: Permission denied"),
            (RuntimeError("could not determine the home directory"), "HOME: could not determine the home directory"),
            (
                UnicodeEncodeError("utf-8", "Gr\udcc3", 2, 3, "surrogates not allowed"),
                "'Gr\\udcc3': a name with bytes that are not in the encoding of your locale",
            ),
        ],
    )
    def test_limits_of_the_machine_are_named_for_what_they_are(self, error, told):
        def fail():
            raise error

        with pytest.raises(SystemExit) as end:
            stage.run(fail)
        assert str(end.value.code).startswith("error: ")
        assert told in end.value.code
        assert "disk" not in end.value.code

    def test_a_bug_keeps_its_traceback(self):
        def fail():
            raise OSError("no error number")

        with pytest.raises(OSError, match="no error number"):
            stage.run(fail)

    @pytest.mark.parametrize(
        "error",
        [
            OSError(errno.ENOSPC, "No space left"),
            OSError(errno.EDQUOT, "Quota exceeded"),
            OSError(errno.EFBIG, "File too large"),
            OSError("4096 requested and 0 written"),  # NumPy's
            OSError("can't write"),  # of another library
        ],
    )
    def test_a_full_disk_is_told_with_the_folder(self, tmp_path, monkeypatch, error):
        monkeypatch.chdir(tmp_path)
        if str(error) == "can't write":
            monkeypatch.setattr(store.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 0))

        def fail():
            with store.complete_or_absent(Path("data/noisy/gaussian-avg")) as folder:
                folder.mkdir()
                raise error

        with pytest.raises(SystemExit) as end:
            stage.run(fail)
        assert end.value.code.startswith("error: data/noisy/gaussian-avg: no space left on its disk")
        assert list((tmp_path / "data/noisy").iterdir()) == []

    def test_a_linked_folder_is_refused(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "large").mkdir()
        (tmp_path / "data").symlink_to("large")
        with pytest.raises(SystemExit) as end:
            stage.run(lambda: pytest.fail("the stage ran"))
        assert end.value.code.startswith("error: data: is a symbolic link")
        assert "dvc cache dir --local FOLDER" in end.value.code


class TestBeyondAscii:
    """DVC writes settings as ASCII, so that a path in them must be relative, or have no other letters."""

    def test_the_demo_has_a_cache_of_its_own(self, tmp_path, monkeypatch):
        target = tmp_path / "Größe/.demo"
        monkeypatch.setattr(demo, "TARGET", target)
        demo.set_up()
        done = run(sys.executable, "-m", "dvc", "cache", "dir", cwd=target)
        assert Path(done.stdout.strip()) == target / ".dvc/cache"

    def test_comparisons_say_so_before_anything_runs(self, tmp_path, monkeypatch):
        monkeypatch.setattr(variants, "ROOT", tmp_path / "Größe")
        monkeypatch.setattr(variants.subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
        with pytest.raises(SystemExit, match=r"error: .*Größe: DVC cannot make copies in a folder whose path"):
            variants.run("name", {"seed": 1}, "train@cnn-clean")


def test_copies_use_the_downloads_of_the_project():
    code = f"import runpy; print(runpy.run_path({str(ROOT / 'stages/download.py')!r})['KEPT'])"
    for root, kept in (("/project", "/project/data/.downloads"), ("", "data/.downloads")):
        done = run(sys.executable, "-c", code, PYTHONPATH=str(ROOT / "src"), DVC_ROOT=root)
        assert done.stdout.strip() == kept
