"""A disk of a few megabytes, for tests in which it gets full."""

import os
import subprocess
from pathlib import Path

import pytest

SIZE = 64 << 20  # bytes, unless a test leaves less


class SmallDisk:
    """A file system in memory that only commands of its method `run` see. It ends with this process.

    It is mounted in a mount namespace of its own. Users other than root get one with a user namespace, if the system
    allows it.

    Attributes:
        folder: where the commands see the disk.
        view: where this process sees it.

    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._user = os.getuid() != 0
        script = f'mount -t tmpfs -o size={SIZE} disk "$0" && echo mounted && read _'
        command = ["unshare", *(["--map-root-user"] if self._user else []), "--mount", "sh", "-c", script, folder]
        self._holder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        if self._holder.stdout.readline() != "mounted\n":
            pytest.skip(f"this system mounts no small disk ({self._holder.stderr.read().strip()})")
        self.view = Path(f"/proc/{self._holder.pid}/root{folder}")

    def run(self, *command, cwd: Path, env: dict[str, str]) -> subprocess.CompletedProcess:
        """Run a command in a folder of the disk."""
        user = ["--user", "--preserve-credentials"] if self._user else []
        inside = ["nsenter", f"--target={self._holder.pid}", "--mount", *user, "env", f"--chdir={cwd}"]
        return subprocess.run([*inside, *map(str, command)], env=env, capture_output=True, text=True, check=False)

    def leave(self, free: int) -> None:
        """Change the size of the disk so that this number of bytes is free."""
        now = os.statvfs(self.view)
        size = (now.f_blocks - now.f_bfree) * now.f_frsize + free
        options = ("-t", "tmpfs", "-o", f"remount,size={size}", "disk", self.folder)
        done = self.run("mount", *options, cwd=self.folder, env=dict(os.environ))
        assert done.returncode == 0, done.stderr

    def close(self) -> None:
        """Give the disk back."""
        self._holder.communicate()
