"""Downloads are resumed, tried again, checked; mirrors and Kaggle's edition serve as well."""

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from misread import transfer
from misread.errors import MisreadError
from misread.gtsrb import dataset, kaggle, sources

CONTENT = np.random.default_rng(0).integers(0, 256, 3 << 20, dtype=np.uint8).tobytes()
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server:
    """Serves one file with ranges; `faults` says how each request goes wrong, in order, then all go well."""

    def __init__(self):
        self.faults: list = []
        self.ranges: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                asked = self.headers.get("Range")
                server.ranges.append(asked)
                fault = server.faults.pop(0) if server.faults else None
                if isinstance(fault, int):
                    self.send_response(fault)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
                if start >= len(CONTENT):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(CONTENT)}")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(CONTENT) - start))
                self.end_headers()
                if fault == "break":
                    self.wfile.write(CONTENT[start : start + (1 << 20)])
                    self.close_connection = True
                else:
                    self.wfile.write(CONTENT[start:])

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/file.zip"

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda _: None)
    running = Server()
    yield running
    running.close()


@pytest.fixture
def fetch(tmp_path, server):
    def run(md5=MD5, **options):
        return transfer.fetch(server.url, tmp_path / "file.zip", tmp_path / "downloads", md5, **options)

    return run


def test_a_broken_transfer_is_resumed_where_it_broke_off(tmp_path, server, fetch):
    server.faults = ["break", "break"]
    assert fetch()
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1048576-", "bytes=2097152-"]


def test_a_mirror_s_file_is_resumed_by_the_next_run(tmp_path, server, monkeypatch):
    monkeypatch.setattr(transfer, "ATTEMPTS", 1)
    server.faults = ["break"]
    mirror, downloads = server.url.removesuffix("/file.zip"), tmp_path / "downloads"
    with pytest.raises(MisreadError, match="run again to resume"):
        transfer.from_mirror(mirror, "file.zip", tmp_path, downloads)
    assert transfer.from_mirror(mirror, "file.zip", tmp_path, downloads).read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=1048576-"]


def test_what_an_earlier_run_left_is_used(tmp_path, server, fetch):
    (tmp_path / "downloads").mkdir()
    part = tmp_path / "downloads/file.zip.part"
    part.write_bytes(CONTENT[:1000])
    assert fetch()
    assert server.ranges == ["bytes=1000-"]
    assert (tmp_path / "file.zip").read_bytes() == CONTENT
    assert not part.exists()


def test_a_complete_part_and_a_kept_download_transfer_nothing(tmp_path, server, fetch):
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads/file.zip.part").write_bytes(CONTENT)
    assert fetch()
    (tmp_path / "file.zip").unlink()
    requests_before = len(server.ranges)
    assert fetch()
    assert len(server.ranges) == requests_before
    assert (tmp_path / "file.zip").read_bytes() == CONTENT


def test_a_busy_server_is_tried_again(server, fetch):
    server.faults = [503, 500]
    assert fetch()


def test_a_refusal_is_an_error_unless_the_file_is_optional(tmp_path, server, fetch):
    server.faults = [404]
    with pytest.raises(MisreadError, match=r"file\.zip: the server answered 404"):
        fetch()
    for refusal in (404, 403):
        server.faults = [refusal]
        assert not fetch(optional=True)
        assert not (tmp_path / "file.zip").exists()


def test_wrong_content_is_refused_and_removed(tmp_path, fetch):
    with pytest.raises(MisreadError, match=r"md5 is .* expected 0000"):
        fetch(md5="0000")
    assert not (tmp_path / "file.zip").exists()
    assert list((tmp_path / "downloads").iterdir()) == []


def test_no_server(tmp_path, monkeypatch):
    monkeypatch.setattr(transfer.time, "sleep", lambda _: None)
    monkeypatch.setattr(transfer, "ATTEMPTS", 2)
    with pytest.raises(MisreadError, match=r"127\.0\.0\.1.*MISREAD_MIRROR"):
        transfer.fetch("http://127.0.0.1:9/file.zip", tmp_path / "file.zip", tmp_path, "x")


def test_mirror_folder(tmp_path, archives, monkeypatch, capsys):
    monkeypatch.setenv("MISREAD_MIRROR", str(archives))
    sources.fetch_archives(tmp_path, tmp_path / "downloads")
    for archive in dataset.ARCHIVES:
        assert (tmp_path / archive.name).read_bytes() == (archives / archive.name).read_bytes()
    assert capsys.readouterr().out.count("not packed as the official archive") == 3


def test_a_truncated_archive_of_a_mirror_is_refused(tmp_path, archives, monkeypatch, capsys):
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    whole = (archives / dataset.TRAIN.name).read_bytes()
    (mirror / dataset.TRAIN.name).write_bytes(whole[: len(whole) // 2])
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    with pytest.raises(
        MisreadError, match=r"Final_Training_Images\.zip: what .*mirror holds is no zip archive, or not"
    ):
        sources.fetch_archives(tmp_path, tmp_path / "downloads")


def test_mirror_that_is_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("MISREAD_MIRROR", str(tmp_path / "nowhere"))
    with pytest.raises(MisreadError, match=r"MISREAD_MIRROR.*nowhere"):
        sources.fetch_archives(tmp_path, tmp_path / "downloads")


def kaggle_edition(folder, archives, images=40):
    """The first images of both splits in Kaggle's layout."""
    folder.mkdir()
    columns = ",".join(kaggle.COLUMNS)
    for split, index, root, archive in (
        ("Train", dataset.read_train_index(archives), dataset.TRAIN_ROOT, dataset.TRAIN),
        ("Test", dataset.read_test_index(archives), dataset.TEST_ROOT, dataset.TEST),
    ):
        lines = [columns]
        with dataset.open_archive(archives / archive.name) as source:
            for row in index.iloc[:images].itertuples():
                stem = row.file.rsplit("/")[-1].removesuffix(".ppm")
                path = f"Train/{row.class_id}/{row.class_id:05d}_{stem}.png" if split == "Train" else f"Test/{stem}.png"
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                Image.open(io.BytesIO(source.read(f"{root}/{row.file}"))).save(folder / path)
                box = (row.width, row.height, row.x1, row.y1, row.x2, row.y2, row.class_id)
                lines.append(",".join(map(str, (*box, path))))
        (folder / f"{split}.csv").write_text("\n".join(lines) + "\n")
    return folder


def in_small_letters(folder):
    """Rename the tables and the top folders."""
    for path in sorted(folder.iterdir()):
        path.rename(path.with_name(f"{path.name.lower()}.moved")).rename(path.with_name(path.name.lower()))


@pytest.mark.parametrize("small_letters", [False, True])
@pytest.mark.parametrize("top", ["", "archive", "data/archive"])
@pytest.mark.parametrize("zipped", [False, True])
def test_kaggles_edition_becomes_the_official_archives(tmp_path, archives, monkeypatch, zipped, top, small_letters):
    mirror, place = tmp_path / "mirror", tmp_path / "mirror" / top
    place.parent.mkdir(parents=True, exist_ok=True)
    kaggle_edition(place, archives)
    if small_letters:
        in_small_letters(place)
    if zipped:
        unpacked = mirror.rename(tmp_path / "unpacked")
        mirror.mkdir()
        with zipfile.ZipFile(mirror / "archive.zip", "w") as archive:
            for path in sorted(unpacked.rglob("*.*")):
                archive.write(path, path.relative_to(unpacked))
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    out = tmp_path / "out"
    out.mkdir()
    sources.fetch_archives(out, tmp_path / "downloads")
    for read, root, archive in (
        (dataset.read_train_index, dataset.TRAIN_ROOT, dataset.TRAIN),
        (dataset.read_test_index, dataset.TEST_ROOT, dataset.TEST),
    ):
        expected, found = read(archives).iloc[:40], read(out)
        assert found.equals(expected)
        with dataset.open_archive(out / archive.name) as new, dataset.open_archive(archives / archive.name) as old:
            for file in found.file:
                assert new.read(f"{root}/{file}") == old.read(f"{root}/{file}")


def test_of_kaggles_edition_the_test_set_alone_is_converted(tmp_path, archives, monkeypatch):
    mirror = kaggle_edition(tmp_path / "kaggle", archives, images=3)
    (mirror / "Train/0/00000_00000_00001.png").unlink()
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    (tmp_path / "out").mkdir()
    wanted = (dataset.TEST, dataset.TEST_LABELS)
    sources.fetch_archives(tmp_path / "out", tmp_path / "downloads", wanted)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {archive.name for archive in wanted}
    assert dataset.read_test_index(tmp_path / "out").equals(dataset.read_test_index(archives).iloc[:3])


def test_kaggles_edition_with_a_missing_image(tmp_path, archives, monkeypatch):
    mirror = kaggle_edition(tmp_path / "kaggle", archives, images=3)
    (mirror / "Train/0/00000_00000_00001.png").unlink()
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    (tmp_path / "out").mkdir()
    with pytest.raises(MisreadError, match=r"00000_00000_00001\.png.*no such file"):
        sources.fetch_archives(tmp_path / "out", tmp_path / "downloads")


@pytest.fixture
def offline(monkeypatch):
    """Nothing can be downloaded."""

    def refuse(url, *_):
        raise MisreadError(f"{url}: went online")

    monkeypatch.setattr(transfer, "fetch", refuse)


def test_a_mirror_in_which_nothing_fits_says_what_it_holds_before_going_online(tmp_path, monkeypatch, capsys, offline):
    mirror = tmp_path / "mirror"
    (mirror / "signs").mkdir(parents=True)
    for name in "abcdef":
        (mirror / f"{name}.txt").touch()
    with zipfile.ZipFile(mirror / "GTSRB-Training_fixed.zip", "w") as archive:
        archive.writestr("GTSRB/Training/00000/GT-00000.csv", "")
    monkeypatch.setenv("MISREAD_MIRROR", str(mirror))
    with pytest.raises(MisreadError, match="went online"):
        sources.fetch_archives(tmp_path, tmp_path / "downloads")
    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith(
        f"{mirror}: found neither GTSRB_Final_Training_Images.zip nor Kaggle's Train.csv and Test.csv, in it, in a "
        "folder or in a zip; it holds GTSRB-Training_fixed.zip, a.txt, b.txt, c.txt, d.txt and 3 more"
    )
    assert "GTSRB-Training_fixed.zip is the smaller edition of GTSRB, with 26,640 training images" in line


def test_the_smaller_edition_under_the_name_of_the_whole_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / dataset.TRAIN.name, "w") as archive:
        archive.writestr("GTSRB/Training/00000/GT-00000.csv", "")
    with pytest.raises(MisreadError, match=r"Training_Images\.zip: the smaller edition of GTSRB, with 26,640"):
        dataset.read_train_index(tmp_path)
