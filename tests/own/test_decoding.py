"""Images of every format become RGB, upright, with 8 bits; what that would distort is refused in one line."""

import io
import os

import cv2
import numpy as np
import pytest
from PIL import Image

from misread.errors import MisreadError
from misread.own.images import decoding

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "PPM", "BMP", "TIFF", "WEBP", "JPEG"])
def test_every_format_gives_its_pixels(kind):
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 100, "subsampling": 0}}.get(kind, {})
    image, converted = decoding.decode(encoded(Image.fromarray(PIXELS), kind, **options))
    assert image.shape == PIXELS.shape
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - PIXELS).max() <= (5 if kind == "JPEG" else 0)
    assert converted is None


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_the_exif_orientation_is_followed(kind):
    halves = np.zeros((40, 80, 3), np.uint8)
    halves[:, :40] = 255  # bright on the left
    exif = Image.Exif()
    exif[274] = 6  # turned by 90 degrees: what is stored on the left is shown at the top
    image, _ = decoding.decode(encoded(Image.fromarray(halves), kind, exif=exif))
    assert image.shape == (80, 40, 3)
    assert image[:30].min() > 240
    assert image[50:].max() < 15


@pytest.mark.parametrize(
    ("mode", "kind", "expected"),
    [
        ("1", "PNG", "black-and-white"),
        ("L", "PNG", "grey"),
        ("L", "JPEG", "grey"),
        ("L", "PPM", "grey"),
        ("LA", "PNG", "grey with alpha"),
        ("P", "PNG", "palette"),
        ("P", "BMP", "palette"),
        ("RGBA", "PNG", "RGBA"),
        ("RGBA", "TIFF", "RGBA"),
        ("CMYK", "JPEG", "CMYK"),
        ("CMYK", "TIFF", "CMYK"),
    ],
)
def test_other_modes_become_rgb_and_are_named(mode, kind, expected):
    image, converted = decoding.decode(encoded(Image.fromarray(PIXELS).convert(mode), kind))
    assert image.shape == PIXELS.shape
    assert converted == expected


def test_the_colours_below_an_alpha_channel_are_kept():
    alpha = np.zeros((20, 30, 1), np.uint8)
    image, _ = decoding.decode(encoded(Image.fromarray(np.concatenate([PIXELS, alpha], axis=2)), "PNG"))
    assert (image == PIXELS).all()


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_image_is_taken(kind):
    frames = [Image.fromarray(np.full((20, 30, 3), value, np.uint8)) for value in (40, 200)]
    options = {"lossless": True} if kind == "WEBP" else {}
    image, converted = decoding.decode(encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options))
    assert (image == 40).all()
    assert converted == "animation"


def test_a_photo_of_a_telephone_with_a_second_image_behind_it_is_no_animation():
    photo = Image.fromarray(PIXELS)
    assert decoding.decode(encoded(photo, "MPO", save_all=True, append_images=[photo])).converted is None


@pytest.mark.parametrize(("suffix", "channels"), [(".png", 3), (".png", 1), (".tiff", 3), (".tiff", 1), (".ppm", 3)])
def test_16_bits_per_channel_are_refused(suffix, channels):
    content = cv2.imencode(suffix, PIXELS[..., :channels].astype(np.uint16) * 257)[1].tobytes()
    with pytest.raises(MisreadError, match="deep: expected an image with 8 bits per channel, found 16 bits"):
        decoding.decode(content, "deep")


@pytest.mark.parametrize("content", [b"P5\n2 1\n65535\n0000", b"P2\n2 1\n65535\n7 9\n", b"P6\n1 1\n1000\n000000"])
def test_a_netpbm_file_of_more_than_255_values_is_refused(content):
    with pytest.raises(MisreadError, match="expected an image with 8 bits per channel, found 16"):
        decoding.decode(content, "deep.ppm")


def test_a_netpbm_file_of_fewer_values_is_scaled():
    assert decoding.decode(b"P6\n1 1\n15\n\x0f\x00\x05", "few").image.tolist() == [[[255, 0, 85]]]


def test_floats_are_refused():
    content = encoded(Image.fromarray(PIXELS[..., 0].astype(np.float32)), "TIFF")
    with pytest.raises(MisreadError, match=r"f\.tif: expected an image with 8 bits per channel, found floats"):
        decoding.decode(content, "f.tif")


def test_decompression_bombs_are_refused_before_they_are_decoded(monkeypatch):
    content = encoded(Image.fromarray(PIXELS), "PNG")
    monkeypatch.setattr(decoding, "MAX_PIXELS", 599)
    with pytest.raises(MisreadError, match=r"big\.png: expected at most 599 pixels.*bombs, found 30 x 20"):
        decoding.decode(content, "big.png")
    with pytest.raises(MisreadError, match=r"huge\.ppm: expected at most"):
        decoding.decode(b"P6\n60000 60000\n255\n", "huge.ppm")


@pytest.mark.parametrize("kind", ["PNG", "PPM", "BMP", "TIFF", "WEBP", "JPEG"])
def test_truncated_files_are_refused(kind, tmp_path):
    whole = encoded(Image.fromarray(PIXELS), kind)
    path = tmp_path / "half"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MisreadError, match="half: broken image") as told:
        decoding.decode(path)
    assert "\n" not in str(told.value)


def test_files_that_are_no_images_are_told_apart(tmp_path):
    for name, content in (
        ("empty.png", b""),
        ("text.png", b"hello"),
        ("a.gif", encoded(Image.new("P", (2, 2)), "GIF")),
    ):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(MisreadError, match=r"empty\.png: an empty file$"):
        decoding.decode(tmp_path / "empty.png")
    for name in ("text.png", "a.gif"):
        with pytest.raises(MisreadError, match=f"{name}: not a PNG, JPEG, PPM, BMP, WebP or TIFF image"):
            decoding.decode(tmp_path / name)
    with pytest.raises(MisreadError, match=r"no\.png: no such file"):
        decoding.decode(tmp_path / "no.png")
    with pytest.raises(MisreadError, match="found a folder or a device"):
        decoding.decode(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(MisreadError, match="found a folder or a device"):
        decoding.decode(tmp_path / "pipe.png")


def test_the_content_counts_and_not_the_suffix(tmp_path):
    (tmp_path / "a.jpg").write_bytes(encoded(Image.fromarray(PIXELS), "PNG"))
    assert (decoding.FileReader(tmp_path, ["a.jpg"])(0).image == PIXELS).all()
