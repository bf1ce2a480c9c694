"""Results are shared through remotes: what is pushed from one clone is complete in another one."""

import pytest
from servers import KINDS

pytestmark = pytest.mark.slow


@pytest.fixture(params=KINDS)
def served(request, tmp_path):
    with KINDS[request.param](tmp_path) as remote:
        yield remote


def add_remote(clone, url, options, check=True):
    """`make remote`, as README says."""
    told = " ".join(f"{key}={value}" for key, value in options.items())
    return clone.run("make", "remote", f"URL={url}", f"OPTIONS={told}", check=check)


def test_everything_is_pushed_and_is_complete_in_a_fresh_clone(finished, served, tmp_path):
    fresh = finished.cloned(tmp_path / "fresh")
    for clone in (finished, fresh):
        clone.environment = clone.environment | served.environment
        done = add_remote(clone, served.url, served.options)
        assert "can be written and read" in done.stdout
        assert "remote" not in clone.git("status", "--porcelain").stdout
    finished.dvc("push")
    assert "up to date" in finished.dvc("push").stdout
    assert not (fresh.folder / "models").exists()
    fresh.dvc("pull")
    assert "up to date" in fresh.dvc("status").stdout
    assert fresh.repro() == []
    name = "models/cnn-clean/model.keras"
    assert (fresh.folder / name).read_bytes() == (finished.folder / name).read_bytes()


def test_a_remote_that_does_not_work_is_told_in_one_line_and_is_not_added(finished, served, tmp_path):
    fresh = finished.cloned(tmp_path / "fresh")
    fresh.environment = fresh.environment | served.environment
    done = add_remote(fresh, served.wrong_url, served.wrong_options, check=False)
    assert done.returncode != 0
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"error: {served.wrong_url}: cannot be written (")
    assert served.told in lines[0]
    assert fresh.dvc("remote", "list").stdout == ""


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "error: make remote URL=FOLDER, s3://BUCKET/PATH"),
        ("gs://bucket/misread", "for gs, `pip install dvc-gs` and `dvc remote add"),
        ("ftp://host/misread", "s3://, ssh://, webdav:// or webdavs:// is expected; DVC's documentation tells"),
        ("Größe", "DVC cannot write the path of a remote with letters beyond ASCII"),
    ],
)
def test_another_kind_of_url_is_told_in_one_line(finished, tmp_path, url, told):
    fresh = finished.cloned(tmp_path / "fresh")
    done = add_remote(fresh, url, {}, check=False)
    assert done.returncode != 0
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert fresh.dvc("remote", "list").stdout == ""
