"""Pin every dependency of pyproject.toml, with the hashes of its files: lock.py [--upgrade | --check].

All lock files come from one resolution, so that the packages of any of them can be installed next to those of the
others. A package that is pinned already keeps its version. ``--upgrade`` takes the newest versions. ``--check`` writes
nothing, and fails if a lock file lacks what pyproject.toml asks for, or if one of the Pythons cannot install them all.
The script needs uv.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUDY = ["pyproject.toml", "--extra", "study", "--group", "dev"]
MAIN = "requirements.lock"
GROUPS = ("explore", "dask", "gpu", "s3", "ssh", "webdav", "servers")
PYTHONS = ("3.11", "3.12", "3.13")
# Lock file -> what it contains; those of groups leave out what the first one has.
LOCKS = {
    MAIN: STUDY,
    **{f"requirements/{name}.lock": ["--group", name] for name in GROUPS},
    "requirements/build.lock": ["--group", "build"],
}
PACKAGE = re.compile(
    r"^([\w.-]+==[^\\\n]+?) *(?:\\\n(?:    .*(?:\n|$))+|$)", re.MULTILINE
)  # its pin, and the hashes below it
HEADER = "# Made by `make lock`: every package has a version and the hashes of its files.\n"
ADDED = "# Installed on top of requirements.lock, and without the packages that it has.\n"


def resolve(wanted: list[str], target: Path, *options: str) -> None:
    """Write the versions of the wanted packages; those that ``target`` has already are kept if possible."""
    # The system's certificates include those of a company's proxy.
    command = [
        "uv", "pip", "compile", "--system-certs", "--quiet", "--no-header", "--universal", "--fork-strategy", "fewest",
        "--python-version", "3.11", *options, *wanted, "--output-file", str(target),
    ]  # fmt: skip
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("error: uv could not resolve the dependencies of pyproject.toml, see above")


def lock_all(folder: Path, upgrade: bool) -> None:
    """Write all lock files to ``folder``."""
    together = folder / "together.txt"
    together.write_text("\n".join({pin: None for name in LOCKS for pin in packages(ROOT / name)}), encoding="utf-8")
    wanted = [part for parts in LOCKS.values() for part in parts]
    resolve(wanted, together, *(["--upgrade"] if upgrade else []))
    for name, parts in LOCKS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        resolve(parts, folder / name, "--constraint", str(together), "--generate-hashes", "--no-annotate")
    present = packages(folder / MAIN)
    for name in LOCKS:
        added = name not in (MAIN, "requirements/build.lock")
        entries = [entry for pin, entry in packages(folder / name).items() if not (added and pin in present)]
        (folder / name).write_text(HEADER + ADDED * added + "".join(entries), encoding="utf-8")


def packages(lock: Path) -> dict[str, str]:
    """The pins of a lock file, each with its whole entry; none if there is no such file."""
    text = lock.read_text(encoding="utf-8") if lock.exists() else ""
    return {found[1]: found[0] for found in PACKAGE.finditer(text)}


def differences(folder: Path) -> list[str]:
    """Pins that differ between the lock files of the project and those in ``folder``; hashes are not compared."""
    found = []
    for name in LOCKS:
        here, there = (packages(place / name).keys() for place in (ROOT, folder))
        found += [f"{name}: {pin} is missing" for pin in sorted(there - here)]
        found += [f"{name}: {pin} is not needed" for pin in sorted(here - there)]
    return found


def uninstallable(python: str) -> str:
    """Why all lock files together cannot be installed on Linux; empty if they can. Only metadata is downloaded."""
    with tempfile.TemporaryDirectory() as target:
        command = [
            "uv", "pip", "install", "--system-certs", "--quiet", "--dry-run", "--require-hashes", "--target", target,
            "--python-version", python, "--python-platform", "x86_64-manylinux_2_28",
            *(part for name in LOCKS for part in ("--requirement", name)),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    return done.stderr.strip() if done.returncode else ""


def main() -> None:
    parser = argparse.ArgumentParser(description="Pin the dependencies of pyproject.toml.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--upgrade", action="store_true", help="take the newest versions")
    what.add_argument("--check", action="store_true", help="write nothing, and fail if a lock file is out of date")
    arguments = parser.parse_args()
    if shutil.which("uv") is None:
        sys.exit("error: there is no uv; `make setup` installs it")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        lock_all(folder, arguments.upgrade)
        if not arguments.check:
            for name in LOCKS:
                (ROOT / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(folder / name, ROOT / name)
        elif found := differences(folder):
            sys.exit("error: the lock files do not fit pyproject.toml; run `make lock`:\n" + "\n".join(found))
    if arguments.check:
        for python in PYTHONS:
            if problem := uninstallable(python):
                sys.exit(f"error: the lock files together cannot be installed with Python {python}:\n{problem}")


if __name__ == "__main__":
    main()
