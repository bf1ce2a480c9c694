"""Downloads from servers that fail in every way: the right bytes arrive, or one line says what went wrong."""

import hashlib

import faulty_server as faults
import numpy as np
import pytest
from faulty_server import PIECE, Server
from script_files import assert_refused

from misread import transfer
from misread.errors import MisreadError
from misread.experiments.project_copy import TINY, copy_project
from misread.gtsrb import dataset

CONTENT = np.random.default_rng(0).integers(0, 256, 3 * PIECE, dtype=np.uint8).tobytes()
MD5 = hashlib.md5(CONTENT).hexdigest()
FIRST, SECOND, THIRD = None, f"bytes={PIECE}-", f"bytes={2 * PIECE}-"
EVER = 100  # requests
BUSY = faults.status(503, Retry_After=86_400)
TRAIN, TEST, LABELS = (archive.name for archive in dataset.ARCHIVES)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda _: None)
    monkeypatch.setattr(transfer, "TIMEOUT", (1, 0.1))
    running = Server(**{"file.zip": CONTENT})
    yield running
    running.close()


@pytest.fixture
def fetch(tmp_path, server):
    def run(md5=MD5, **options):
        return transfer.fetch(f"{server.url}/file.zip", tmp_path / "file.zip", tmp_path / "downloads", md5, **options)

    return run


@pytest.fixture
def part(tmp_path):
    """The unfinished download."""
    (tmp_path / "downloads").mkdir()
    return tmp_path / "downloads/file.zip.part"


# Faults of a server, in order -> the ranges that it is asked for
OVERCOME = {
    "none": ([], [FIRST]),
    "cut twice": ([faults.cut, faults.cut], [FIRST, SECOND, THIRD]),
    "a stall in the middle": ([faults.stall], [FIRST, SECOND]),
    "silence": ([faults.silence], [FIRST, FIRST]),
    "no answer": ([faults.nothing], [FIRST, FIRST]),
    "busy": ([faults.status(500), BUSY], [FIRST] * 3),
    "busy in the middle": ([faults.cut, BUSY], [FIRST, SECOND, SECOND]),
    "a redirection": ([faults.redirect("/file.zip")], [FIRST, FIRST]),
    "no ranges": ([faults.cut, faults.without_ranges], [FIRST, SECOND]),
    "more bytes than announced": ([faults.excess], [FIRST]),
    "an unknown length": ([faults.unannounced], [FIRST]),
    "an unknown length in the middle": ([faults.cut, faults.unannounced], [FIRST, SECOND]),
    "chunks": ([faults.chunked], [FIRST]),
    "cut in a chunk": ([faults.chunked_cut], [FIRST, SECOND]),
}


@pytest.mark.parametrize(("in_order", "ranges"), OVERCOME.values(), ids=OVERCOME)
def test_what_a_server_does_wrong_for_a_while_is_overcome(tmp_path, server, fetch, in_order, ranges):
    server.faults = list(in_order)
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges() == ranges
    assert not (tmp_path / "downloads/file.zip.part").exists()


# Fault that does not end -> what is told, and the number of requests until then
TOLD = {
    "not found": (faults.status(404), "the server answered 404 Not Found", 1),
    "forbidden": (faults.status(403), "the server answered 403 Forbidden", 1),
    "no such range": (faults.status(416), "the server answered 416 Requested Range Not Satisfiable", 1),
    "busy": (faults.status(500), "the server answered 500 Internal Server Error", transfer.ATTEMPTS),
    "busy for a day": (BUSY, "the server answered 503 Service Unavailable", transfer.ATTEMPTS),
    "no answer": (faults.nothing, "Remote end closed connection without response; run again to", transfer.ATTEMPTS),
    "silence": (faults.silence, "timed out; run again to resume, or set MISREAD_MIRROR", transfer.ATTEMPTS),
    "redirections in a circle": (faults.redirect("/file.zip"), "Exceeded 30 redirects", 31),
    "a redirection to a file": (faults.redirect("file:///etc/passwd"), "for 'file:///etc/passwd'", 1),
    "a redirection to no URL": (faults.redirect("http://["), "Invalid IPv6 URL", 1),
    "a redirection to nowhere": (faults.status(302), "the server answered 302 Found", 1),
    "a page": (faults.page, f"expected {MD5}; the damaged download was removed, run again", 1),
    "cut at an unknown length": (faults.unannounced_cut, f"expected {MD5}; the damaged download was removed", 1),
}


@pytest.mark.parametrize(("fault", "told", "count"), TOLD.values(), ids=TOLD)
def test_what_a_server_does_wrong_for_ever_is_told_in_one_line(tmp_path, server, fetch, fault, told, count):
    server.faults = [fault] * EVER
    with pytest.raises(MisreadError) as error:
        fetch()
    assert str(error.value).startswith(f"{server.url}/file.zip: ")
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert len(server.requests) == count
    assert not (tmp_path / "file.zip").exists()
    server.faults = []
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("url", ["http://", "https://[", "http://..example", "http://host:99999"])
def test_a_malformed_mirror_is_named(tmp_path, url):
    with pytest.raises(MisreadError, match=r"^https?:/.*file\.zip: \S"):
        transfer.from_mirror(url, "file.zip", tmp_path, tmp_path)


def test_no_server(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda _: None)
    with pytest.raises(MisreadError, match=r"127\.0\.0\.1.*; run again .*MISREAD_MIRROR"):
        transfer.fetch("http://127.0.0.1:9/file.zip", tmp_path / "file.zip", tmp_path, "x")


@pytest.mark.parametrize("fault", [faults.cut, faults.stall])
def test_the_next_run_resumes_what_was_cut_again_and_again(tmp_path, server, fetch, part, monkeypatch, fault):
    monkeypatch.setattr(transfer, "ATTEMPTS", 2)
    server.faults = [fault, fault]
    with pytest.raises(MisreadError, match="run again to resume"):
        fetch()
    assert part.read_bytes() == CONTENT[: 2 * PIECE]
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges() == [FIRST, SECOND, THIRD]


# What an earlier run left -> whether the download ends well, and the ranges that the server is asked for
LEFT = {
    "a part": (CONTENT[:PIECE], True, [SECOND]),
    "all": (CONTENT, True, [f"bytes={3 * PIECE}-"]),
    "more than all": (CONTENT + b"x", True, [f"bytes={3 * PIECE + 1}-", FIRST]),
    "another file": (bytes(PIECE), False, [SECOND]),
    "nothing": (b"", True, [FIRST]),
}


@pytest.mark.parametrize(("left", "ends_well", "ranges"), LEFT.values(), ids=LEFT)
def test_what_an_earlier_run_left_is_used_if_it_fits(tmp_path, server, fetch, part, left, ends_well, ranges):
    part.write_bytes(left)
    if not ends_well:
        with pytest.raises(MisreadError, match="the damaged download was removed, run again"):
            fetch()
        assert not part.exists()
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges() == (ranges if ends_well else [*ranges, FIRST])
    assert not part.exists()


def test_a_part_longer_than_the_file_is_dropped_also_where_the_server_does_not_tell_the_length(
    tmp_path, server, fetch, part
):
    part.write_bytes(CONTENT + b"x")
    server.faults = [faults.status(416)]
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


def test_a_kept_download_transfers_nothing(tmp_path, server, fetch):
    assert fetch()
    (tmp_path / "file.zip").unlink()
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_a_kept_download_that_was_damaged_is_brought_anew(tmp_path, server, fetch):
    assert fetch()
    (tmp_path / "file.zip").unlink()
    (tmp_path / "downloads/file.zip").write_bytes(CONTENT[:-1])
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("refusal", [404, 403])
def test_an_optional_file_may_be_refused(tmp_path, server, fetch, refusal):
    server.faults = [faults.status(refusal)]
    assert not fetch(optional=True)
    assert not (tmp_path / "file.zip").exists()


@pytest.fixture
def mirror(server, few_archives, monkeypatch):
    """The server as a mirror of the archives; there is no other."""
    monkeypatch.setattr(dataset, "SITE", "http://127.0.0.1:9/")
    monkeypatch.setenv(transfer.MIRROR_VARIABLE, server.url)
    server.files = {archive.name: (few_archives / archive.name).read_bytes() for archive in dataset.ARCHIVES}
    return server


# Fault of a mirror that does not end -> what is told
MIRRORED = {
    "cut": (faults.cut, f"{TRAIN}: IncompleteRead("),
    "silence": (faults.silence, f"{TRAIN}: timed out"),
    "busy": (BUSY, f"{TRAIN}: the server answered 503 Service Unavailable"),
    "a page": (faults.page, f"{TRAIN}: not a readable zip archive, or only a part of one (File is not a zip file)"),
    "cut at an unknown length": (faults.unannounced_cut, f"{TRAIN}: not a readable zip archive, or only a part of one"),
}


@pytest.mark.parametrize(("fault", "told"), MIRRORED.values(), ids=MIRRORED)
def test_a_fault_of_a_mirror_is_told_in_one_line_and_the_next_run_works(
    mirror, project, few_archives, monkeypatch, fault, told
):
    monkeypatch.setattr(transfer, "ATTEMPTS", 2)
    made = project(**{"data.source": "gtsrb", "data.images_per_class": 60})
    mirror.faults = [fault] * EVER
    message = made.run("download")
    assert message.startswith(f"error: {mirror.url}/{told}")
    assert "\n" not in message
    assert [name for name in made.files() if "gtsrb" in name] == []
    mirror.faults = []
    mirror.requests.clear()
    assert made.run("download") is None
    assert [name for name, _ in mirror.requests] == [TRAIN, TEST, LABELS]
    for name, content in mirror.files.items():
        assert (made.folder / "data/gtsrb" / name).read_bytes() == content
    assert [name for name in made.files() if name.endswith(".part")] == []


def test_a_part_of_another_archive_is_found_out(mirror, project):
    made = project(**{"data.source": "gtsrb", "data.images_per_class": 60})
    part = made.folder / f"data/.downloads/mirror/{TEST}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(mirror.files[TRAIN][:PIECE])
    assert made.run("download").startswith(f"error: {mirror.url}/{TEST}: 'GTSRB/Final_Test/Images/0")
    assert made.run("download") is None
    assert (made.folder / "data/gtsrb" / TEST).read_bytes() == mirror.files[TEST]


def test_the_command_ends_with_status_1_and_one_line(tmp_path, mirror):
    copy_project(tmp_path, TINY | {"data.source": "gtsrb"})
    mirror.faults = [faults.page]
    told = f"error: {mirror.url}/{TRAIN}: not a readable zip archive, or only a part of one (File is not a zip file)"
    assert_refused(tmp_path, "download", told)
    assert not (tmp_path / "data/gtsrb").exists()
