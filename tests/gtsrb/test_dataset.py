"""Archives: what is read from good ones, and what is said of bad ones."""

import io
import zipfile
from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from misread.data import clean_sets, resize, store
from misread.errors import MisreadError
from misread.gtsrb import content, dataset, rendered, zips
from misread.parallel import workers


def ppm(width=30, height=30, level=90) -> bytes:
    return b"P6\n%d %d\n255\n" % (width, height) + bytes([level]) * (3 * width * height)


def annotation(rows) -> str:
    return "\n".join([";".join(dataset.COLUMNS), *(";".join(map(str, row)) for row in rows)]) + "\n"


GOOD_ROW = ["00000_00000.ppm", 30, 30, 5, 5, 25, 25, 0]


def write_train(folder, rows=(GOOD_ROW,), files=None, class_id=0):
    files = {row[0]: ppm(row[1], row[2]) for row in rows} if files is None else files
    with zipfile.ZipFile(folder / dataset.TRAIN.name, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{dataset.TRAIN_ROOT}/{class_id:05d}/{name}", data)
        archive.writestr(f"{dataset.TRAIN_ROOT}/{class_id:05d}/GT-{class_id:05d}.csv", annotation(rows))
    return folder


def fit(folder, index):
    return clean_sets.write_split("train", folder, index, "crop_pad", {40: folder / "out"})


def test_index_of_rendered_archives(archives):
    train, test = dataset.read_train_index(archives), dataset.read_test_index(archives)
    assert train.class_id.value_counts().eq(60).all()
    assert test.class_id.value_counts().eq(20).all()
    assert (train.groupby(["class_id", "track"]).size() == rendered.FRAMES).all()
    assert train[["class_id", "track", "frame"]].apply(tuple, axis=1).is_monotonic_increasing
    assert test.file.is_monotonic_increasing


def test_numbers_of_the_index_are_small_but_their_products_fit(archives):
    numbers = dataset.read_test_index(archives).drop(columns=["file", *zips.PLACE.names])
    assert (numbers.dtypes == np.int32).all()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["00000_00000.ppm", 30, 30, 5, 5, 31, 25, 0], "region of interest outside its image"),
        (["00000_00000.ppm", 30, 30, -1, 5, 25, 25, 0], "region of interest outside its image"),
        (["00000_00000.ppm", 30, 30, 25, 5, 25, 25, 0], "region of interest outside its image"),
        (["00000_00000.ppm", 30, 30, 5, 5, 25, 25, 7], "class 7"),
        (["00000_00000.ppm", 30, 99999, 5, 5, 25, 25, 0], "size not in"),
        (["picture.ppm", 30, 30, 5, 5, 25, 25, 0], "picture.ppm"),
        (["00000_00000.ppm", 30, 30, 5, 5, 25, "wide", 0], "Roi.Y2"),
    ],
)
def test_wrong_annotation(tmp_path, row, told):
    with pytest.raises(MisreadError, match=told):
        dataset.read_train_index(write_train(tmp_path, [row], {row[0]: ppm()}))


def test_class_out_of_range(tmp_path):
    row = ["00000_00000.ppm", 30, 30, 5, 5, 25, 25, 43]
    with pytest.raises(MisreadError, match="class out of range 0 to 42"):
        dataset.read_train_index(write_train(tmp_path, [row], class_id=43))


def test_row_without_file_and_file_without_row(tmp_path):
    with pytest.raises(MisreadError, match=r"00000_00000\.ppm has an annotation but no file"):
        dataset.read_train_index(write_train(tmp_path, files={}))
    files = {"00000_00000.ppm": ppm(), "00000_00001.ppm": ppm()}
    with pytest.raises(MisreadError, match=r"00000_00001\.ppm has no annotation"):
        dataset.read_train_index(write_train(tmp_path, files=files))


@pytest.mark.parametrize("data", [b"", b"not an image", ppm()[:-100], b"P6\n30 30\n255\n", ppm(31, 30)])
def test_broken_image_is_named(tmp_path, data):
    index = dataset.read_train_index(write_train(tmp_path, files={"00000_00000.ppm": data}))
    with pytest.raises(MisreadError, match=r"00000_00000\.ppm"):
        fit(tmp_path, index)


def test_digest_is_of_the_pixels_not_of_the_file():
    pixels = np.arange(30 * 20 * 3, dtype=np.uint8).reshape(20, 30, 3)
    digests = set()
    for kind in ("PPM", "PNG"):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, kind)
        image = dataset.decode_image(file.getvalue(), kind, 30, 20)
        digests.add(clean_sets.image_digest(image, 3, (1, 2, 10, 12)))
    assert len(digests) == 1
    assert clean_sets.image_digest(image, 4, (1, 2, 10, 12)) not in digests
    assert clean_sets.image_digest(image, 3, (0, 2, 10, 12)) not in digests


def test_content_check_names_the_class_that_differs():
    pinned = content.pinned()
    assert sum(one["images"] for one in pinned["train"]) == 39_209
    assert sum(one["images"] for one in pinned["test"]) == 12_630
    index = pd.DataFrame({"class_id": np.repeat(range(43), [one["images"] for one in pinned["test"]])})
    content.check_counts(index, "test")
    with pytest.raises(MisreadError, match=r"test class 42 .* has 89 images, but GTSRB has 90"):
        content.check_counts(index[:-1], "test")
    digests = {class_id: one["sha256"] for class_id, one in enumerate(pinned["test"])}
    counts = index.class_id.value_counts()
    content.check_digests(digests, counts, "test")
    with pytest.raises(MisreadError, match=r"test class 14 \(stop\)"):
        content.check_digests(digests | {14: "0" * 64}, counts, "test")
    counts[14] = 20  # capped: not all of the class was read
    content.check_digests(digests | {14: "0" * 64}, counts, "test")


def test_cap_keeps_whole_tracks_and_a_third_as_many_test_images(archives):
    train, test = dataset.read_train_index(archives), dataset.read_test_index(archives)
    longer = pd.concat([train.assign(track=train.track + 12 * i) for i in range(3)], ignore_index=True)
    kept = clean_sets.cap_tracks(longer, 98)
    assert kept.class_id.value_counts().eq(95).all()
    assert (kept.groupby(["class_id", "track"]).size() == rendered.FRAMES).all()
    assert clean_sets.cap_tracks(test, 45).class_id.value_counts().eq(15).all()
    assert clean_sets.cap_tracks(longer, None) is longer


def test_validation_holds_out_whole_tracks_of_every_class(archives):
    train = dataset.read_train_index(archives)
    mask = clean_sets.validation_mask(train, 0.15, seed=1)
    by_track = pd.Series(mask).groupby([train.class_id, train.track]).nunique()
    assert by_track.eq(1).all(), "no track is on both sides"
    per_class = pd.Series(mask).groupby(train.class_id).sum()
    assert per_class.eq(2 * rendered.FRAMES).all(), "the share of 12 tracks, rounded"
    assert (clean_sets.validation_mask(train, 0.15, seed=1) == mask).all()
    assert (clean_sets.validation_mask(train, 0.15, seed=2) != mask).any()
    with pytest.raises(MisreadError, match="single track"):
        clean_sets.validation_mask(train[train.track == 0], 0.15, seed=1)


def test_clean_sets_are_the_resized_images_in_index_order(tmp_path, archives, monkeypatch):
    index = dataset.read_test_index(archives).iloc[:100]
    digests = {}
    for count in ("1", "2"):
        monkeypatch.setenv("MISREAD_WORKERS", count)
        targets = {size: tmp_path / count / str(size) for size in (28, 40)}
        digests[count] = clean_sets.write_split("test", archives, index, "letterbox", targets)
    assert digests["1"] == digests["2"]
    for size in (28, 40):
        one, two = (store.open_set(tmp_path / count / str(size)) for count in ("1", "2"))
        assert (one.images == two.images).all()
        assert one.labels.tolist() == index.class_id.tolist()
    row = index.iloc[17]
    with zips.open_archive(archives / dataset.TEST.name) as archive:
        image = dataset.decode_image(archive.read(f"{dataset.TEST_ROOT}/{row.file}"), row.file, row.width, row.height)
    roi = (row.x1, row.y1, row.x2, row.y2)
    assert (one.images[17] == resize.RESIZE_POLICIES["letterbox"](image, roi, 40)).all()


def _fail_in_second_block(start, stop):
    if start:
        raise MisreadError("no second block")


def test_output_is_complete_or_absent(tmp_path, monkeypatch):
    monkeypatch.setenv("MISREAD_WORKERS", "2")

    def write():
        with store.complete_or_absent(tmp_path / "set") as folder:
            store.create_set(folder, np.zeros(4), 28)
            list(workers.map_blocks(partial(_fail_in_second_block), 4, "test", block=2))

    with pytest.raises(MisreadError, match="no second block"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_broken_sets_are_named(tmp_path):
    with pytest.raises(MisreadError, match=r"images\.npy: no such file"):
        store.open_set(tmp_path)
    (tmp_path / "images.npy").write_bytes(b"nonsense")
    with pytest.raises(MisreadError, match=r"images\.npy: not a NumPy array"):
        store.open_set(tmp_path)
    np.save(tmp_path / "images.npy", np.zeros((3, 2, 2, 3), np.uint8))
    np.save(tmp_path / "labels.npy", np.zeros(4, np.int64))
    with pytest.raises(MisreadError, match="3 images but 4 labels"):
        store.open_set(tmp_path)
