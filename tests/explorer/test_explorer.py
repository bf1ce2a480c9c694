"""The interactive look: which project, which photos, the study's own noise and predictions, and how they are shown."""

import io
import re
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from conftest import SIZES, THRESHOLDS
from PIL import Image

from misread import params
from misread.data import resize, store
from misread.errors import MisreadError
from misread.experiments.project_copy import ROOT
from misread.explorer import examples, look, markup, photos, position, projects, strengths, trained
from misread.inference import keras_models, predictions
from misread.noise.noisy_sets import write_noisy_set
from misread.noise.types import NOISE_TYPES
from misread.training import saving

NEVER = {"p05": {"strength": None, "low": None, "high": None, "status": "not reached"}}


def with_network(folder):
    (folder / "models/cnn-clean").mkdir(parents=True)
    (folder / "models/cnn-clean/model.keras").touch()
    return folder


def test_the_project_itself_comes_before_its_demo(tmp_path):
    with pytest.raises(MisreadError, match="make demo"):
        projects.find(tmp_path)
    demo = with_network(tmp_path / ".demo")
    assert projects.find(tmp_path) == demo
    assert projects.find(with_network(tmp_path)) == tmp_path
    assert projects.find(tmp_path, demo) == demo
    with pytest.raises(MisreadError, match="elsewhere: no trained network"):
        projects.find(tmp_path, tmp_path / "elsewhere")


def test_without_networks_the_command_ends_with_one_line(tmp_path):
    command = [sys.executable, "-m", "misread.explorer.serve", tmp_path]
    done = subprocess.run(command, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"error: {tmp_path}: no trained network there (models/NETWORK-REGIME/model.keras)\n"


def test_the_networks_are_those_that_lie_there(tiny_project):
    project = projects.load(tiny_project)
    assert [one.key for one in project.classifiers] == ["cnn-clean", "cnn-mixed", "resnet50-clean"]
    assert project.sizes == (16, 32)


def test_thresholds_may_be_absent_but_not_broken(tmp_path):
    assert projects.read_thresholds(tmp_path) == {}
    for content in ("{", "[]"):
        (tmp_path / "cnn-clean").mkdir(exist_ok=True)
        (tmp_path / "cnn-clean/thresholds.json").write_text(content)
        with pytest.raises(MisreadError, match=r"cnn-clean/thresholds\.json"):
            projects.read_thresholds(tmp_path)


def encoded(image, **options):
    file = io.BytesIO()
    image.save(file, **{"format": "PNG"} | options)
    return file.getvalue()


PHOTO = np.random.default_rng(0).integers(0, 256, (30, 50, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"plain text", "no image or a broken one"),
        (b"", "no image or a broken one"),
        (encoded(Image.fromarray(PHOTO))[:-500], "no image or a broken one"),
        (encoded(Image.fromarray(PHOTO), format="GIF"), "PNG, JPEG"),
        (bytes(photos.MAX_MEGABYTES * 2**20 + 1), "at most 20 MB"),
        (b"P6\n8000 7000\n255\n", "8000 x 7000 pixels, more than 50 megapixels"),
        (b"P6\n90000 90000\n255\n", "more than 50 megapixels"),
        (encoded(Image.fromarray(PHOTO[..., 0].astype(np.uint16))), "8 bits"),
    ],
)
def test_what_is_no_photo_is_refused(content, message):
    with pytest.raises(MisreadError, match=message):
        photos.decode(content)


def test_photos_are_decoded_upright_and_opaque():
    assert (photos.decode(encoded(Image.fromarray(PHOTO))) == PHOTO).all()
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    assert (photos.decode(encoded(Image.fromarray(PHOTO), exif=turned)) == np.rot90(PHOTO, -1)).all()
    clear = Image.fromarray(np.dstack([PHOTO, np.zeros(PHOTO.shape[:2], np.uint8)]))
    assert (photos.decode(encoded(clear)) == 0).all()


def with_chunk(png, kind, content, crc=None):
    """A PNG with one more chunk after its header."""
    header = 8 + 25
    crc = zlib.crc32(kind + content) if crc is None else crc
    return png[:header] + struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc) + png[header:]


@pytest.mark.parametrize(
    ("kind", "content", "crc"),
    [
        (b"iCCP", b"profile\0\0" + zlib.compress(bytes(3 * 2**20)), None),
        (b"iCCP", b"profile\0\1" + zlib.compress(b"x"), None),
        (b"zTXt", b"text\0\0" + zlib.compress(bytes(3 * 2**20)), None),
        (b"eXIf", b"no such thing", None),
        (b"eXIf", b"damaged", 0),
        (b"tIME", b"damaged", 0),
    ],
)
def test_metadata_that_cannot_be_read_are_ignored(kind, content, crc):
    png = with_chunk(encoded(Image.fromarray(PHOTO)), kind, content, crc)
    assert (photos.decode(png) == PHOTO).all()
    with pytest.raises(MisreadError, match="no image or a broken one"):
        photos.decode(png[:-500])


def test_a_jpeg_with_broken_metadata_is_read():
    plain = encoded(Image.fromarray(PHOTO), format="JPEG")
    broken = encoded(Image.fromarray(PHOTO), format="JPEG", exif=b"Exif\0\0MM\0*broken")
    assert (photos.decode(broken) == photos.decode(plain)).all()


def test_transparency_by_a_colour_survives():
    image = Image.fromarray(PHOTO)
    image.putpixel((0, 0), (1, 2, 3))
    assert (photos.decode(encoded(image, transparency=(1, 2, 3)))[0, 0] == 0).all()


def test_a_photo_is_resized_as_the_data_are_all_of_it_the_sign():
    sign = examples.from_photo(encoded(Image.fromarray(PHOTO)), "crop_pad", (16, 32))
    assert sign.label is None
    for size in (16, 32):
        assert (sign.images[size] == resize.RESIZE_POLICIES["crop_pad"](PHOTO, (0, 0, 50, 30), size)).all()


@pytest.mark.parametrize("noise_type", NOISE_TYPES)
def test_the_noise_is_that_of_the_noisy_sets(tiny_project, tmp_path, noise_type):
    settings = params.load(tiny_project / "params.yaml")
    strength = settings.noise.strength_of(noise_type, "max")
    chosen = {"noise_type": noise_type, "strength": strength, "options": settings.noise.options_of(noise_type)}
    for network, size in SIZES.items():
        write_noisy_set(
            tiny_project / f"data/clean/{network}/test",
            tmp_path / str(size),
            "noise",
            seed=settings.seed,
            split="test",
            **chosen,
        )
    sign = examples.TestSigns(tiny_project, {16: "cnn", 32: "resnet50"}, settings.resize).sign(2)
    assert (sign.row, sign.label) == (2, 14)
    for size, one in look.with_noise(sign, noise_type, strength, settings).items():
        assert (one.noisy == store.open_set(tmp_path / str(size)).images[2]).all()
        top, left, bottom, right = sign.boxes[size]
        own = (slice(top, bottom), slice(left, right))
        assert one.rmse == pytest.approx(np.sqrt(np.mean((one.clean[own].astype(float) - one.noisy[own]) ** 2)))
        assert one.psnr == pytest.approx(20 * np.log10(255 / one.rmse))


def test_no_strength_is_no_noise(tiny_project):
    sign = examples.TestSigns(tiny_project, {16: "cnn"}, "crop_pad").sign(0)
    for noise_type in NOISE_TYPES:
        one = look.with_noise(sign, noise_type, 0.0, params.load(tiny_project / "params.yaml"))[16]
        assert (one.noisy == one.clean).all()
        assert one.psnr is None


def test_guesses_are_the_studys_predictions_and_remembered(tiny_project, monkeypatch):
    one = projects.load(tiny_project).classifiers[0]
    loaded = trained.Networks([one])
    images, labels = store.open_set(tiny_project / "data/clean/cnn/test")
    table = predictions.table(keras_models.predictor(saving.load(one.path)), images, np.asarray(labels))
    for row, image in enumerate(images):
        guesses = loaded.guesses(one.key, image)
        assert len(guesses) == 3
        assert sorted(guesses, key=lambda guess: -guess.confidence) == guesses
        assert guesses[0].class_id == table.prediction[row]
        assert guesses[0].confidence == pytest.approx(table.confidence[row], rel=1e-5)
    monkeypatch.setattr(predictions, "probabilities", None)
    assert loaded.guesses(one.key, images[3]) == guesses


def test_a_network_of_another_size_is_refused(tiny_project):
    one = projects.load(tiny_project).classifiers[0]._replace(size=20)
    with pytest.raises(MisreadError, match=r"model\.keras: takes .*16, 16.* asks for .*20, 20"):
        trained.Networks([one])


@pytest.mark.parametrize("noise_type", NOISE_TYPES)
def test_the_slider_goes_from_none_to_the_largest_strength_through_the_studys(noise_type):
    settings = params.load(ROOT / "params.yaml")
    grid = settings.noise.types[noise_type].sweep
    levels = [settings.noise.strength_of(noise_type, level) for level in params.LEVELS]
    scale = strengths.positions(grid, levels)
    assert scale == sorted(scale)
    assert (scale[0], scale[1], scale[-1]) == (0.0, grid[0], grid[-1])
    assert {*grid, *levels} <= {*scale}
    written = [strengths.short(strength, noise_type) for strength in scale]
    assert len({*written}) == len(scale), "the toolkit tells them apart by what is written"


@pytest.mark.parametrize(
    ("found", "strength", "said"),
    [
        (THRESHOLDS, 0.0, "No noise is added."),
        (THRESHOLDS, 0.01, "Between the 5% threshold (below every strength measured) and the 10% threshold (2%): "),
        (THRESHOLDS, 0.019, "Within the 95% interval (1.8% to 2.5%) of the 10% threshold (2%): "),
        (THRESHOLDS, 0.05, "Between the 10% threshold (2%) and the 50% threshold (10%): "),
        (THRESHOLDS, 0.2, "Above the 50% threshold (10%): "),
        (NEVER, 0.2, "Below the 5% threshold (beyond every strength measured): "),
        (None, 0.2, "There are no thresholds of this network for this noise."),
    ],
)
def test_where_a_strength_lies(found, strength, said):
    assert position.sentence(found, strength, "salt_pepper").startswith(said)


def test_the_share_that_fails_follows_from_where_a_strength_lies():
    shares = [position.sentence(THRESHOLDS, strength, "salt_pepper") for strength in (0.01, 0.02, 0.05, 0.2)]
    for text, share in zip(shares, ("5% to 10%", "about 10%", "10% to 50%", "more than 50%"), strict=True):
        assert f"misread {share} of the test signs" in text


def test_a_card_for_each_architecture_with_all_its_networks(tiny_project):
    opened = look.opened(tiny_project)
    settings, scale = opened.project.settings, [0.0, 0.01, 0.1]
    sign = opened.signs.sign(0)
    images = look.with_noise(sign, "salt_pepper", 0.1, settings)
    readings = look.readings(opened, images, "salt_pepper", 0.1)
    html = markup.cards(readings, images, sign.label, scale, 0.1, "salt_pepper", settings)
    assert re.findall(r"<h2>(\w+) .*?<small>(\d+)", html) == [("cnn", "16"), ("resnet50", "32")]
    assert re.findall("<h3>(.*?)</h3>", html) == [
        "Trained on clean signs", "Trained on the clean and all noisy sets", "Trained on clean signs"
    ]  # fmt: skip
    assert html.count("<img ") == 4
    assert html.count('class="ruler"') == 1, "one network has thresholds"
    assert html.count("<td") == 3 * 2 * 3


def test_right_and_wrong_are_told_apart_by_more_than_colour():
    html = markup.guesses([trained.Guess(14, 0.9)], [trained.Guess(13, 0.00001)], 14)
    assert 'aria-label="right">✓</span> 14 stop <b>90.0%</b>' in html
    assert 'aria-label="wrong">✗</span> 13 yield <b>&lt;0.1%</b>' in html
    assert "✓" not in markup.guesses([trained.Guess(14, 0.9)], [trained.Guess(13, 0.1)], None)


def test_messages_are_escaped():
    assert "<script>" not in markup.notice("<script>", "error")
