"""Create the virtual environment .venv from requirements.lock, unless it is up to date: environment.py [GROUP ...].

The packages of requirements/GROUP.lock are added to it. Each downloaded file must have a hash of its lock file. The
script needs only the standard library, because any installed Python may run it. Lock files are compared by content; the
old environment is kept until the new one is complete.
"""

import filecmp
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
BUILD_LOCK = ROOT / "requirements/build.lock"  # what builds the packages that have no wheels
ENVIRONMENT, PARTIAL, OLD = (ROOT / name for name in (".venv", ".venv.partial", ".venv.old"))
# Variables that would make pip install to, or Python import from, another place.
MISLEADING = ("PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")
MACHINES = (
    "misread needs Linux on x86-64 with AVX or on 64-bit Arm, with glibc 2.28 or newer (Alpine has none), or macOS 14 "
    "or newer on Apple silicon: TensorFlow and ONNX Runtime have no packages for others"
)


def main() -> None:
    here = platform.system(), platform.machine()
    if "gpu" in sys.argv[1:] and here != ("Linux", "x86_64"):
        sys.exit("error: TensorFlow's packages for GPUs need Linux on x86-64; this is {} on {}".format(*here))
    if not _holds(ENVIRONMENT, LOCK):
        if not _holds(PARTIAL, LOCK):
            problem = refused_python() or refused_machine()
            if problem:
                sys.exit(f"error: {problem}")
            build(PARTIAL, ENVIRONMENT, installed_groups())
        put_in_place(PARTIAL, ENVIRONMENT)
    for group in sys.argv[1:]:
        lock = ROOT / f"requirements/{group}.lock"
        if not _holds(ENVIRONMENT, lock):
            install(ENVIRONMENT, lock)
            mark(ENVIRONMENT, lock)


def refused_python() -> "str | None":
    """Why this Python cannot create the environment; None if it can."""
    here = f"Python {platform.python_version()} ({sys.executable})"
    if not (3, 11) <= sys.version_info < (3, 14):
        return f"Python 3.11 to 3.13 is needed, this is {here}; name another: make PYTHON=python3.12 ..."
    if platform.python_implementation() != "CPython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return f"the ordinary CPython is needed, {here} is another build; name another: make PYTHON=python3.12 ..."
    if importlib.util.find_spec("ensurepip") is None:
        return f"{here} makes no virtual environments; on Debian and Ubuntu the package python3-venv is missing"
    return None


def refused_machine() -> "str | None":
    """Why the packages cannot be installed on this machine; None if they can."""
    system, machine = platform.system(), platform.machine()
    if system == "Linux" and machine in ("x86_64", "aarch64") and sys.maxsize > 2**32:
        library, version = platform.libc_ver()
        if library != "glibc":
            return f"{MACHINES}; this is Linux without glibc"
        if tuple(map(int, version.split(".")[:2])) < (2, 28):
            return f"{MACHINES}; this is glibc {version}"
        if machine == "x86_64" and " avx " not in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"):
            return f"{MACHINES}; this processor lacks AVX"
        return None
    if system == "Darwin" and machine == "arm64":
        version = platform.mac_ver()[0]
        return None if int(version.split(".")[0]) >= 14 else f"{MACHINES}; this is macOS {version}"
    return f"{MACHINES}; this is {system} on {machine}"


def installed_groups() -> "list[Path]":
    """The lock files of the groups that the environment has, of `make remote` for example: a new one has them too."""
    locks = sorted((ROOT / "requirements").glob("*.lock"))
    return [lock for lock in locks if lock != BUILD_LOCK and (ENVIRONMENT / lock.name).exists()]


def build(folder: Path, final: Path, groups: "tuple[Path, ...] | list[Path]" = ()) -> None:
    """Create an environment in ``folder``, to be moved to ``final`` later.

    Args:
        folder: of the environment; what is there is removed.
        final: later folder.
        groups: lock files of what it gets beside the packages of `LOCK`.

    """
    print(f"Installing the packages of {LOCK.name}; this takes some minutes", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "venv", "--prompt", ".venv", str(folder)]
    try:
        if subprocess.run(command, env=_clean(), check=False).returncode:
            sys.exit(f"error: {folder}: no virtual environment could be created there, see above")
        install(folder, BUILD_LOCK)
        install(folder, LOCK)
        for group in groups:
            install(folder, group)
            mark(folder, group)
        # Scripts contain the absolute path of their interpreter.
        for script in (folder / "bin").iterdir():
            if script.is_symlink() or script.is_dir():  # pip compiles scripts whose name ends in .py into a folder
                continue
            content = script.read_bytes()
            if os.fsencode(folder) in content:
                script.write_bytes(content.replace(os.fsencode(folder), os.fsencode(final)))
        mark(folder, LOCK)
    except (SystemExit, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        raise


def install(environment: Path, lock: Path) -> None:
    """Install the packages of a lock file."""
    # Without isolation, packages are built by what `BUILD_LOCK` pins; otherwise pip downloads the newest, unchecked.
    command = [
        environment / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-build-isolation", "--require-hashes", "--requirement", lock,
    ]  # fmt: skip
    if subprocess.run([*map(str, command)], env=_clean(), check=False).returncode:
        kept = " .venv is as it was;" if ENVIRONMENT.exists() else ""
        name = lock.relative_to(ROOT)
        sys.exit(f"error: pip could not install the packages of {name}, see above;{kept} is there a network?")


def mark(environment: Path, lock: Path) -> None:
    """Copy a lock file into an environment, to mark that all its packages are installed."""
    shutil.copy(lock, environment / lock.name)


def put_in_place(new: Path, final: Path) -> None:
    """Replace the old environment by the new one; the next run completes an interrupted replacement."""
    shutil.rmtree(OLD, ignore_errors=True)
    if final.is_symlink():
        final.unlink()
    elif final.exists():
        final.rename(OLD)
    new.rename(final)
    shutil.rmtree(OLD, ignore_errors=True)


def _holds(environment: Path, lock: Path) -> bool:
    """Whether all packages of a lock file are installed, and the environment's Python still exists."""
    copy = environment / lock.name
    return (environment / "bin/python").exists() and copy.exists() and filecmp.cmp(copy, lock, shallow=False)


def _clean() -> "dict[str, str]":
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; `make setup` starts anew")
    except OSError as error:
        sys.exit(f"error: {error.filename or ENVIRONMENT}: {error.strerror}")
