"""The environment is the one that requirements.lock describes: results come from these versions and no others."""

import errno
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from script_files import load

from misread.experiments.project_copy import ROOT

environment, lock = load("scripts/environment.py"), load("scripts/lock.py")


def test_every_package_has_the_version_of_the_lock_file():
    pinned = [Requirement(pin) for pin in lock.packages(ROOT / lock.MAIN)]
    assert len(pinned) > 50
    installed = {canonicalize_name(one.name): one.version for one in importlib.metadata.distributions()}
    here = [one for one in pinned if one.marker is None or one.marker.evaluate()]
    found = {one.name: installed.get(canonicalize_name(one.name), "0+missing") for one in here}
    different = [f"{one}, but {found[one.name]}" for one in here if found[one.name] not in one.specifier]
    assert not different, "`make clean setup` makes the environment anew"


class TestMakeSetup:
    """`scripts/environment.py`, in a folder of its own."""

    @pytest.fixture
    def folder(self, tmp_path):
        folder = tmp_path / "Größe der"
        (folder / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts/environment.py", folder / "scripts")
        (folder / "requirements").mkdir()
        for name in ("requirements.lock", "requirements/build.lock"):
            (folder / name).write_text("# no package\n")
        return folder

    def run(self, folder, *more, **settings):
        command = [sys.executable, folder / "scripts/environment.py", *more]
        misleading = {"PIP_USER": "1", "PYTHONPATH": "/nowhere"}
        return subprocess.run(
            command, env=os.environ | misleading | settings, capture_output=True, text=True, check=False
        )

    @pytest.mark.slow
    def test_an_environment_is_replaced_by_a_whole_one_or_not_at_all(self, folder):
        done = self.run(folder)
        assert done.returncode == 0, done.stderr
        environment, lock = folder / ".venv", folder / "requirements.lock"
        assert sorted(path.name for path in folder.iterdir()) == [
            ".venv",
            "requirements",
            "requirements.lock",
            "scripts",
        ]
        told = subprocess.run([environment / "bin/pip", "--version"], capture_output=True, text=True, check=True)
        assert str(environment / "lib") in told.stdout
        activated = f'. "{environment}/bin/activate" && command -v python && echo $VIRTUAL_ENV'
        told = subprocess.run(["bash", "-c", activated], capture_output=True, text=True, check=True)
        assert told.stdout == f"{environment}/bin/python\n{environment}\n"

        made = environment.stat().st_ino
        os.utime(lock)
        assert self.run(folder).stdout == "", "a new date is no change"
        assert environment.stat().st_ino == made

        lock.write_text("no-such-package==1.0\n")
        done = self.run(folder, PIP_NO_INDEX="1")
        assert done.returncode == 1
        assert "error: pip could not install the packages of requirements.lock, see above; .venv is as it was" in (
            done.stderr
        )
        assert "Traceback" not in done.stderr
        assert environment.stat().st_ino == made
        subprocess.run([environment / "bin/pip", "--version"], capture_output=True, check=True)

        lock.write_text("# no package\n")
        environment.rename(folder / ".venv.partial")  # killed between the two renames
        assert self.run(folder).stdout == ""
        assert environment.stat().st_ino == made

    @pytest.mark.slow
    def test_groups_are_added_once_and_stay_in_a_new_environment(self, folder):
        (folder / "requirements/more.lock").write_text("# nothing either\n")
        assert self.run(folder, "more").returncode == 0
        made = (folder / ".venv/more.lock").stat().st_mtime_ns
        assert self.run(folder, "more").returncode == 0
        assert (folder / ".venv/more.lock").stat().st_mtime_ns == made
        (folder / "requirements.lock").write_text("# other packages\n")
        assert "Installing the packages" in self.run(folder).stdout
        assert (folder / ".venv/more.lock").exists()

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("colorama==1.0 --hash=sha256:" + "0" * 64, "DO NOT MATCH THE HASHES"),
            ("colorama==1.0", "Hashes are required in --require-hashes mode"),
        ],
    )
    def test_a_file_with_another_hash_or_without_one_is_not_installed(self, folder, line, told):
        packages = folder.parent / "packages"  # without a blank: pip takes several folders from the variable
        packages.mkdir()
        with zipfile.ZipFile(packages / "colorama-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("colorama-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: colorama\nVersion: 1.0\n")
        (folder / "requirements.lock").write_text(line)
        done = self.run(folder, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(packages))
        assert done.returncode == 1
        assert told in done.stderr
        assert "error: pip could not install the packages of requirements.lock, see above" in done.stderr
        assert not (folder / ".venv").exists()

    @pytest.mark.parametrize(
        ("system", "machine", "libc", "macos", "told"),
        [
            ("Linux", "x86_64", ("glibc", "2.36"), "", None),
            ("Linux", "aarch64", ("glibc", "2.28"), "", None),
            ("Darwin", "arm64", ("", ""), "14.5", None),
            ("Darwin", "x86_64", ("", ""), "14.5", "this is Darwin on x86_64"),
            ("Darwin", "arm64", ("", ""), "13.7", "this is macOS 13.7"),
            ("Linux", "x86_64", ("", ""), "", "this is Linux without glibc"),
            ("Linux", "x86_64", ("glibc", "2.17"), "", "this is glibc 2.17"),
            ("Linux", "riscv64", ("glibc", "2.36"), "", "this is Linux on riscv64"),
            ("Windows", "AMD64", ("", ""), "", "this is Windows on AMD64"),
        ],
    )
    def test_machines_without_packages_are_refused(self, monkeypatch, system, machine, libc, macos, told):
        for name, value in (("system", system), ("machine", machine), ("libc_ver", libc), ("mac_ver", (macos,))):
            monkeypatch.setattr(environment.platform, name, lambda value=value: value)
        monkeypatch.setattr(environment.Path, "read_text", lambda *_, **__: "flags : fpu avx avx2")
        problem = environment.refused_machine()
        assert problem is None if told is None else problem.endswith(told)

    @pytest.mark.parametrize(("system", "machine"), [("Darwin", "arm64"), ("Linux", "aarch64")])
    def test_gpus_are_refused_where_tensorflow_has_no_packages_for_them(self, monkeypatch, system, machine):
        monkeypatch.setattr(environment.platform, "system", lambda: system)
        monkeypatch.setattr(environment.platform, "machine", lambda: machine)
        monkeypatch.setattr(environment.sys, "argv", ["environment.py", "gpu"])
        with pytest.raises(SystemExit, match=f"need Linux on x86-64; this is {system} on {machine}"):
            environment.main()

    def test_a_processor_without_avx_is_refused(self, monkeypatch):
        for name, value in (("system", "Linux"), ("machine", "x86_64"), ("libc_ver", ("glibc", "2.36"))):
            monkeypatch.setattr(environment.platform, name, lambda value=value: value)
        monkeypatch.setattr(environment.Path, "read_text", lambda *_, **__: "flags : fpu sse4_2 ")
        assert environment.refused_machine().endswith("this processor lacks AVX")

    def test_an_environment_that_the_disk_cannot_hold_is_not_kept(self, folder, monkeypatch):
        partial = folder / ".venv.partial"

        def made(command, **_):
            (partial / "bin").mkdir(parents=True, exist_ok=True)
            (partial / "bin/pip").write_text(f"#!{partial}/bin/python")
            return subprocess.CompletedProcess(command, 0)

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(environment, "LOCK", folder / "requirements.lock")
        monkeypatch.setattr(environment.subprocess, "run", made)
        monkeypatch.setattr(environment.Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space left"):
            environment.build(partial, folder / ".venv")
        assert sorted(path.name for path in folder.iterdir()) == ["requirements", "requirements.lock", "scripts"]

    def test_scripts_that_pip_compiled_into_a_folder_beside_them_are_no_obstacle(self, folder, monkeypatch):
        partial = folder / ".venv.partial"

        def made(command, **_):
            (partial / "bin/__pycache__").mkdir(parents=True, exist_ok=True)
            (partial / "bin/jp.py").write_text(f"#!{partial}/bin/python")
            return subprocess.CompletedProcess(command, 0)

        monkeypatch.setattr(environment, "LOCK", folder / "requirements.lock")
        monkeypatch.setattr(environment.subprocess, "run", made)
        environment.build(partial, folder / ".venv")
        assert (partial / "bin/jp.py").read_text() == f"#!{folder}/.venv/bin/python"

    @pytest.mark.parametrize("version", [(3, 10, 4), (3, 14, 0)])
    def test_other_pythons_are_refused(self, monkeypatch, version):
        monkeypatch.setattr(environment.sys, "version_info", version)
        assert environment.refused_python().startswith("Python 3.11 to 3.13 is needed, this is Python ")

    def test_what_is_refused_removes_nothing(self, folder, monkeypatch):
        old = folder / ".venv/bin/python"
        old.parent.mkdir(parents=True)
        old.touch()
        for name in ("ROOT", "LOCK", "ENVIRONMENT", "PARTIAL", "OLD"):
            path = folder / getattr(environment, name).relative_to(ROOT)
            monkeypatch.setattr(environment, name, path)
        monkeypatch.setattr(environment, "refused_machine", lambda: "no packages")
        monkeypatch.setattr(environment.sys, "argv", ["environment.py"])
        monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: pytest.fail("something was started"))
        with pytest.raises(SystemExit, match="error: no packages"):
            environment.main()
        assert old.exists()


class TestMakeLock:
    """`scripts/lock.py`, with small lock files in place of those that uv makes."""

    @pytest.fixture
    def project(self, tmp_path, monkeypatch):
        monkeypatch.setattr(lock, "ROOT", tmp_path)
        monkeypatch.setattr(lock, "LOCKS", {lock.MAIN: ["main"], "requirements/more.lock": ["more"]})
        monkeypatch.setattr(lock.shutil, "which", lambda _: "uv")
        self.versions = {"numpy": "2.4.6", "tqdm": "4.70.1"}
        self.options, self.lacking = [], []

        def resolve(wanted, target, *options):
            self.options.append(options)
            names = {"main": ["numpy"], "more": ["numpy", "tqdm"]}
            pins = [f"{name}=={self.versions[name]}" for part in wanted for name in names[part]]
            lines = (f"{pin} \\\n    --hash=sha256:0 \\\n    --hash=sha256:1\n" for pin in dict.fromkeys(pins))
            target.write_text("".join(lines))

        monkeypatch.setattr(lock, "resolve", resolve)
        monkeypatch.setattr(lock, "uninstallable", lambda python: "no wheel" if python in self.lacking else "")
        monkeypatch.setattr(lock.sys, "argv", ["lock.py"])
        lock.main()
        return tmp_path

    def test_a_group_has_only_what_the_main_file_lacks(self, project):
        assert list(lock.packages(project / lock.MAIN)) == ["numpy==2.4.6"]
        assert list(lock.packages(project / "requirements/more.lock")) == ["tqdm==4.70.1"]
        assert (project / "requirements/more.lock").read_text().count("--hash=sha256:") == 2

    def test_a_lock_file_that_lacks_a_package_fails_the_check_and_stays(self, project, monkeypatch):
        monkeypatch.setattr(lock.sys, "argv", ["lock.py", "--check"])
        lock.main()
        self.versions["tqdm"] = "5.0"
        before = (project / "requirements/more.lock").read_text()
        with pytest.raises(SystemExit, match=r"run `make lock`:\nrequirements/more.lock: tqdm==5.0 is missing"):
            lock.main()
        assert (project / "requirements/more.lock").read_text() == before

    def test_lock_files_that_one_python_cannot_install_fail_the_check(self, project, monkeypatch):
        monkeypatch.setattr(lock.sys, "argv", ["lock.py", "--check"])
        self.lacking.append("3.12")
        with pytest.raises(SystemExit, match=r"cannot be installed with Python 3\.12:\nno wheel"):
            lock.main()

    def test_pins_move_only_when_asked_to(self, project, monkeypatch):
        assert "--upgrade" not in self.options[0]
        monkeypatch.setattr(lock.sys, "argv", ["lock.py", "--upgrade"])
        self.options.clear()
        lock.main()
        assert "--upgrade" in self.options[0]


def test_every_group_has_a_lock_file_and_shares_no_package_with_another_version():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    assert {f"requirements/{name}.lock" for name in groups} - {"requirements/dev.lock"} == set(lock.LOCKS) - {lock.MAIN}
    versions = {}
    for name in lock.LOCKS:
        entries = lock.packages(ROOT / name)
        assert all("--hash=sha256:" in entry for entry in entries.values()), name
        for pin in map(Requirement, entries):
            versions.setdefault((canonicalize_name(pin.name), str(pin.marker)), set()).add(str(pin.specifier))
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_a_skipped_test_fails_a_run_that_allows_none(tmp_path):
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no browser here')\n")

    def run(*options):
        command = ("-p", "skips", "-q", "-rs", "--rootdir", tmp_path, tmp_path, *options)
        path = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
        return subprocess.run(
            [sys.executable, "-m", "pytest", *command], env=path, capture_output=True, text=True, check=False
        )

    plain = run()
    assert plain.returncode == 0
    assert re.search(r"SKIPPED \[1\] .*test_it\.py:3: no browser here", plain.stdout)
    done = run("--fail-on-skip", "--numprocesses=2")
    assert done.returncode == 1
    assert "FAILED: a test was skipped (Skipped: no browser here)" in done.stdout
    assert run("--fail-on-skip", "--allow-skip=browser").returncode == 0
