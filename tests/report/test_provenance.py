"""What the page says of the code that made it."""

import subprocess

import pytest

from misread.report import provenance


class TestRevision:
    """What the page says of the code that made it."""

    @pytest.fixture
    def repository(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        git("init", "--quiet")
        (tmp_path / "dvc.yaml").touch()
        return tmp_path

    def test_a_folder_without_git(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert provenance.revision() == "not under git"

    def test_no_git_at_all(self, repository, monkeypatch):
        monkeypatch.setenv("PATH", str(repository))
        assert provenance.revision() == "git revision not known, as there is no git"

    def test_a_clone_of_another_user(self, repository, monkeypatch):
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        assert provenance.revision().startswith(
            "git revision not known, as git refuses: fatal: detected dubious ownership"
        )

    def test_no_commit_yet_a_commit_and_changes_since(self, repository):
        assert provenance.revision() == "no git revision, as there is no commit yet"
        git("add", ".")
        git("commit", "--quiet", "--message", "start")
        commit = git("log", "-1", "--format=%h").strip()
        assert provenance.revision() == f"git revision {commit}"
        (repository / "dvc.yaml").write_text("stages: {}\n")
        assert provenance.revision() == f"git revision {commit}, with uncommitted changes"


def git(*arguments):
    command = ["git", "-c", "user.name=test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
