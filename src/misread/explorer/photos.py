"""Uploaded photos: validated, decoded, and resized for the networks in the same way as the data."""

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image, ImageOps

from misread.data import resize
from misread.errors import MisreadError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "PPM")
ENDINGS = ("png", "jpg", "jpeg", "jfif", "webp", "bmp", "ppm")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_MEGABYTES = 20
MAX_MEGAPIXELS = 50  # 150 MB in memory


def decode(content: bytes) -> np.ndarray:
    """Decode a photo and rotate it as its metadata say, if they are readable; transparent pixels become black.

    Returns:
        uint8, ``(height, width, 3)``, RGB.

    Raises:
        MisreadError: the photo has too many bytes or pixels, an unknown format or more than 8 bits per channel, or is
            broken.

    """
    if len(content) > MAX_MEGABYTES * 2**20:
        raise MisreadError(f"the file has {len(content) / 2**20:.0f} MB; at most {MAX_MEGABYTES} MB are accepted")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is lower
            with Image.open(io.BytesIO(_without_metadata(content)), formats=FORMATS) as image:
                _check(image)
                image.load()
                return np.asarray(_opaque(_upright(image)))
    except MisreadError:
        raise
    except Image.DecompressionBombError:
        raise _too_large("far") from None
    except Exception:  # Pillow raises many types of exceptions for a broken file
        raise MisreadError(f"the file is no image or a broken one; {', '.join(FORMATS)} can be read") from None


def _without_metadata(content: bytes) -> bytes:
    """Remove PNG chunks that do not affect the pixels, as Pillow may refuse the file for them."""
    if not content.startswith(PNG_SIGNATURE):
        return content
    kept, start = [PNG_SIGNATURE], len(PNG_SIGNATURE)
    while start + 12 <= len(content):
        length, kind = struct.unpack(">I4s", content[start : start + 8])
        chunk = content[start : start + 12 + length]
        intact = chunk[-4:] == struct.pack(">I", zlib.crc32(chunk[4:-4]))
        if kind[:1].isupper() or kind == b"tRNS" or (kind == b"eXIf" and intact):
            kept.append(chunk)
        start += len(chunk)
    return b"".join(kept)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # only of metadata: the pixels were read before
        return image


def _check(image: Image.Image) -> None:
    """Check the header before any pixel is decoded."""
    width, height = image.size
    if width * height > MAX_MEGAPIXELS * 10**6:
        raise _too_large(f"{width} x {height} pixels,")
    if image.mode.startswith(("I", "F")):
        raise MisreadError("the image has more than 8 bits for a grey level; save it with 8 bits")


def _opaque(image: Image.Image) -> Image.Image:
    """Convert to RGB; transparent pixels become black, like those outside an image."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "black"), image).convert("RGB")


def _too_large(pixels: str) -> MisreadError:
    return MisreadError(f"the image has {pixels} more than {MAX_MEGAPIXELS} megapixels; make it smaller first")


def resized(photo: np.ndarray, policy: str, sizes: tuple[int, ...]) -> dict[int, np.ndarray]:
    """Resize a photo for the networks, with the whole photo as its region of interest.

    Args:
        photo: uint8, ``(height, width, 3)``, RGB.
        policy: key of `resize.RESIZE_POLICIES`.
        sizes: sides of the squares in pixels.

    Returns:
        Size -> uint8, ``(size, size, 3)``, RGB.

    """
    height, width = photo.shape[:2]
    return {size: resize.RESIZE_POLICIES[policy](photo, (0, 0, width, height), size) for size in sizes}
