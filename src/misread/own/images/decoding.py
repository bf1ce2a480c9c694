"""Decoding of image files with Pillow: RGB with 8 bits per channel, upright; what that would distort is refused."""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from misread.errors import MisreadError
from misread.own.images.collection import Decoded

FORMATS = ("PNG", "JPEG", "PPM", "BMP", "WEBP", "TIFF")
TEXT = "PNG, JPEG, PPM, BMP, WebP or TIFF"
SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".ppm", ".pgm", ".pbm", ".pnm", ".bmp", ".webp", ".tif", ".tiff",
)  # of files that are images, in small letters  # fmt: skip
MAX_PIXELS = 178_956_970  # above it, Pillow takes an image for a decompression bomb
ANIMATION = "animation"
# Pillow's mode -> what an image was converted from. Of modes with an alpha channel (A) only the colours are taken.
CONVERTED: dict[str, str | None] = {
    "RGB": None,
    "1": "black-and-white",
    "L": "grey",
    "LA": "grey with alpha",
    "La": "grey with alpha",
    "P": "palette",
    "PA": "palette",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "RGBX": "RGBX",
    "CMYK": "CMYK",
    "YCbCr": "YCbCr",
}
REFUSED = {"I": "16 or 32 bits", "F": "floats"}


@dataclass(frozen=True)
class FileReader:
    """Reader of a collection whose images are files below a folder.

    Attributes:
        folder: the folder.
        names: path of each image in the folder, with forward slashes.

    """

    folder: Path
    names: Sequence[str]

    def __call__(self, row: int) -> Decoded:
        """Decode the image of a row."""
        return decode(self.folder / self.names[row])


def decode(source: Path | bytes, name: str | None = None) -> Decoded:
    """Decode an image; its format is told by its content, not by its name.

    An orientation in the EXIF data is followed. Grey, palette, CMYK and other images of 8 bits are converted to RGB as
    Pillow's ``convert("RGB")`` does it, which leaves out an alpha channel and keeps the colours below it. Of an
    animation, or a file with several pages, the first is taken.

    Args:
        source: file, or its content.
        name: name of the image in messages; None: the path of the file.

    Raises:
        MisreadError: the file is missing, empty, truncated, damaged or of another format, has 16 bits per channel or
            floats, or more pixels than `MAX_PIXELS`; the message names it.

    """
    name = name or str(source)
    if isinstance(source, Path) and source.exists() and not source.is_file():
        raise MisreadError(f"{name}: expected a file of an image, found a folder or a device")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow: on odd metadata, and on sizes below `MAX_PIXELS`
            with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
                _check(image, name)
                converted = ANIMATION if _is_animation(image) else CONVERTED[image.mode]
                return Decoded(np.asarray(ImageOps.exif_transpose(image).convert("RGB")), converted)
    except MisreadError:
        raise
    except FileNotFoundError:
        raise MisreadError(f"{name}: no such file") from None
    except UnidentifiedImageError:
        found = "an empty file" if _is_empty(source) else f"not a {TEXT} image, or its start is damaged"
        raise MisreadError(f"{name}: {found}") from None
    except Image.DecompressionBombError:
        raise MisreadError(f"{name}: {_too_large()}") from None
    except Exception as error:  # Pillow raises many types of exceptions for a broken file
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise MisreadError(f"{name}: broken image ({' '.join(reason.split())[:200]})") from None


def _check(image: Image.Image, name: str) -> None:
    """Check what the header says, before any pixel is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise MisreadError(f"{name}: {_too_large()}, found {image.width} x {image.height}")
    if image.mode not in CONVERTED or _is_16_bit(image):
        found = REFUSED.get(image.mode, "16 bits" if _is_16_bit(image) else f"Pillow's mode {image.mode}")
        raise MisreadError(f"{name}: expected an image with 8 bits per channel, found {found}")


def _is_16_bit(image: Image.Image) -> bool:
    """Whether channels have 16 bits; those of colours would be reduced to 8 bits without a word."""
    coding = [argument for tile in image.tile for argument in (tile[3] if isinstance(tile[3], tuple) else (tile[3],))]
    if image.format == "PPM":
        return any(isinstance(argument, int) and argument > 255 for argument in coding)  # the largest value
    return image.format in ("PNG", "TIFF") and any(";16" in str(argument) for argument in coding)


def _is_animation(image: Image.Image) -> bool:
    # A photo of a telephone is a JPEG with a small copy or a depth map behind it, to Pillow of the format MPO.
    return image.format != "MPO" and getattr(image, "is_animated", False)


def _too_large() -> str:
    return f"expected at most {MAX_PIXELS:,} pixels, to be safe from decompression bombs"


def _is_empty(source: Path | bytes) -> bool:
    return not (source if isinstance(source, bytes) else source.stat().st_size)
