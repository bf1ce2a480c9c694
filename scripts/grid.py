"""Run a share of a grid of variants, and push each one: grid.py GRID [--stage STAGE] [--share I/N] [--git REMOTE] ...

Several machines with clones of one commit run a share each, and one machine collects all variants. Each variant is an
experiment of DVC that `dvc exp run --temp` runs in a copy of the project. Its name follows from its parameters, so that
it is the same on each machine: a variant that this clone or the git remote already has is not run again.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from dvc.config import NoRemoteError
from dvc.exceptions import DvcException
from dvc.repo import Repo
from dvc.repo.experiments.refs import ExpRefInfo

from misread.errors import MisreadError
from misread.experiments import dvc_files
from misread.experiments.variant_grid import PARAMS, Variant, check_keys, combinations, named, one_line, shared
from misread.experiments.variants import obstacle_to_copies

USAGE = 'make variants GRID="noise.level=min,avg seed=1,2" [STAGE=score@cnn-noisy] [SHARE=1/2] [GIT=origin] ...'


class Failed(Exception):
    """A variant cannot be run or pushed; the message says why in one line."""


def base(repo: Repo) -> str:
    """The commit that all variants start from.

    Raises:
        MisreadError: tracked files have changes, which other machines would not have.

    """
    status = ["git", "status", "--porcelain", "--untracked-files=no"]
    done = subprocess.run(status, cwd=repo.root_dir, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise MisreadError(one_line(done.stderr))
    if changed := done.stdout.splitlines():
        others = f" and {len(changed) - 1} more" if changed[1:] else ""
        raise MisreadError(
            f"uncommitted changes ({changed[0][3:]}{others}); other machines would not have them: commit them"
        )
    return repo.scm.get_rev()


def check(repo: Repo, options: argparse.Namespace, variants: list[Variant]) -> None:
    """Check everything but the values of parameters.

    Raises:
        MisreadError: a variant could not be run or pushed.

    """
    if obstacle := obstacle_to_copies(Path(repo.root_dir)):
        raise MisreadError(obstacle)
    check_keys(Path(repo.root_dir) / PARAMS, variants[0].changes)
    adds = any(change.startswith("+") for change in variants[0].changes)
    for stage in options.stage + options.push:
        repo.stage.collect(stage.partition("@")[0] if adds else stage)  # a change may add it to its group
    if options.push and not options.git:
        raise MisreadError("PUSH=: needs the git remote as well, GIT=")
    if options.git and not has_remote(repo):
        raise MisreadError("GIT=: pushing needs a place for files as well: `make remote URL=...`")


def has_remote(repo: Repo) -> bool:
    """Whether DVC has a default remote."""
    try:
        return bool(repo.cloud.get_remote_odb())
    except NoRemoteError:
        return False


class Runner:
    """Runs variants of one commit.

    Args:
        repo: the project.
        options: of the command line.

    """

    def __init__(self, repo: Repo, options: argparse.Namespace):
        self.commit = base(repo)
        self.stages, self.git, self.push = options.stage, options.git, options.push
        self.pull = ["--pull"] if has_remote(repo) else []

    def present(self, repo: Repo, variants: list[Variant]) -> tuple[set[str], set[str]]:
        """Find the variants that exist: names of those in this clone, and of those on the git remote.

        Those that only the git remote has are fetched, without their files, to look at their messages.

        Raises:
            MisreadError: an experiment has the name of a variant, but is another one.

        """
        names = {variant.name for variant in variants}
        remote = {name for name, _ in repo.experiments.ls(git_remote=self.git)[self.commit]} if self.git else set()
        local = dict(repo.experiments.ls()[self.commit])
        if missing := sorted(remote & names - local.keys()):
            repo.experiments.pull(self.git, [self._reference(name) for name in missing])
        experiments = dict(repo.experiments.ls()[self.commit])
        for variant in variants:
            if commit := experiments.get(variant.name):
                found = repo.scm.resolve_commit(commit).message.strip()
                if found != variant.message(self.stages):
                    raise MisreadError(
                        f"the experiment {variant.name} is another one ({found}); NAME= gives other names"
                    )
        return local.keys() & names, remote & names

    def process(self, variant: Variant) -> str:
        """Run and push a variant, unless that has been done, and say what has been done.

        Raises:
            MisreadError: another commit is checked out than at the start, or tracked files have changes.
            Failed: it cannot be run or pushed.

        """
        with Repo() as repo:
            if base(repo) != self.commit:
                raise MisreadError(f"another commit is checked out; the variants were of {self.commit[:7]}")
            try:
                local, remote = self.present(repo, [variant])
            except (DvcException, OSError) as error:
                raise Failed(one_line(error)) from None
        if remote:
            return f"is on {self.git} already"
        if not local:
            self._run(variant)
        done = "exists already" if local else "done"
        return f"{done}, {self._upload(variant)}" if self.git else done

    def _run(self, variant: Variant) -> None:
        changes = [part for change in variant.changes for part in ("--set-param", change)]
        described = ["--name", variant.name, "--message", variant.message(self.stages)]
        command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", *self.pull, *described, *changes, *self.stages]
        if status := subprocess.run(command, check=False).returncode:
            raise Failed(f"`dvc exp run` ended with {status}")

    def _upload(self, variant: Variant) -> str:
        """Push a variant, its files first, so that what is on the git remote is complete whenever this machine ends.

        `dvc exp push` has the other order.
        """
        reference = self._reference(variant.name)
        try:
            with Repo() as repo:
                commits = [repo.scm.get_ref(reference)]
                repo.push(targets=self.push or None, revs=commits, workspace=False, run_cache=True)
                pushed = repo.experiments.push(self.git, [reference])
        except Exception as error:  # every library has its own
            raise Failed(f"not pushed ({one_line(error)})") from None
        return f"and another machine has pushed it to {self.git}" if pushed.get("diverged") else f"pushed to {self.git}"

    def _reference(self, name: str) -> str:
        return str(ExpRefInfo(self.commit, name))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(usage=USAGE)
    parser.add_argument("grid")
    for name in ("stage", "share", "git", "name", "push"):
        parser.add_argument(f"--{name}", default="")
    options = parser.parse_args()
    options.stage, options.push = options.stage.split(), options.push.split()
    return options


def run(options: argparse.Namespace) -> list[str]:
    """Run a share of a grid.

    Returns:
        Names of the variants that failed.

    Raises:
        MisreadError: nothing was run, or nothing more can be run.

    """
    every = named(combinations(options.grid), options.name)
    variants = shared(every, options.share)
    with Repo() as repo:
        check(repo, options, every)
        runner = Runner(repo, options)
        runner.present(repo, variants)
    print(f"{len(variants)} of {len(every)} variants of {runner.commit[:7]}:")
    for variant in variants:
        print(f"  {variant.name}: {' '.join(variant.changes)}")
    failed = []
    for number, variant in enumerate(variants, 1):
        print(f"\n{variant.name} ({number} of {len(variants)})", flush=True)
        try:
            print(f"{variant.name}: {runner.process(variant)}", flush=True)
        except Failed as failure:
            print(f"{variant.name}: failed: {failure}", flush=True)
            failed.append(variant.name)
    collect = f"Collect all with `dvc exp pull {options.git}`, and compare" if options.git else "Compare"
    print(f"\n{collect} with `dvc exp show --only-changed`", flush=True)
    return failed


def repair() -> None:
    """Repair what a run that was killed may have left in DVC's cache."""
    with Repo() as repo:
        dvc_files.remove_empty_runs(Path(repo.cache.legacy.path))


def main() -> None:
    options = parsed()
    try:
        repair()
        failed = run(options)
    except MisreadError as refused:
        sys.exit(f"error: {refused}")
    except Exception as error:  # of DVC, of git, or of the library of a remote
        sys.exit(f"error: {one_line(error)}")
    if failed:
        sys.exit(f"error: {len(failed)} failed: {', '.join(failed)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on")
