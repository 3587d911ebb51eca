"""Images: what one is by its header, and its thumbnails. The one module that loads Pillow.

It takes at most 300 MB of memory for whatever it accepts, so that a small image can't bring a large
function down: pixels are counted before any is decoded, JPEG is decoded at a fraction of its size,
and everything else is shrunk strip by strip.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from handler.files.states import Size

Reason = Literal["image_broken", "image_too_large", "not_an_image"]

PIXELS_MAX = 25_000_000  # parameters.md, "Uploads"
SIDE_MAX = 10_000  # the same
COSTLY_PIXELS_MAX = 12_000_000
"""Pixels of a webp, whose reader takes 16 bytes for each, and of a JPEG in CMYK, whose reader keeps
8 for each: of 25 Mpx they would take 430 and 300 MB."""
_READERS = (JpegImageFile, PngImageFile, WebPImageFile, GifImageFile)
_LONGER_SIDE = {Size.LARGE: 1280, Size.MEDIUM: 480, Size.SMALL: 160}
"""Pixels of a thumbnail's longer side, unless the image is smaller; each is made of the last."""
_STRIP = 64  # rows of the shrunk image that are made at a time
_QUALITY = 80  # of webp: its encoder's own default
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets an image upright, by EXIF orientation."""
_ON_THEIR_SIDE = (5, 6, 7, 8)
_BROKEN = (
    EOFError,
    IndexError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise when content is not as its format says."""

Image.MAX_IMAGE_PIXELS = PIXELS_MAX // 2  # Pillow raises at twice this, also in its own readers


class ImageRefused(Exception):
    """The content is no image that we open."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class Facts:
    """What an image is by its header: width and height in pixels, upright."""

    width: int
    height: int


def read(content: BinaryIO) -> Facts:
    """What an image is; no pixel is decoded. Raises ImageRefused."""
    with _opened(content) as image:
        width, height = image.size
        if _orientation(image) in _ON_THEIR_SIDE:
            width, height = height, width
        return Facts(width, height)


def thumbnails(content: bytes) -> dict[Size, bytes]:
    """An image's first frame in every size, upright, as webp without metadata.

    Raises ImageRefused.
    """
    shrunk = _upright(content)  # and the image itself is let go
    made = {}
    for size, longer in _LONGER_SIDE.items():
        shrunk = shrunk.resize(_fitted(shrunk.size, longer), Image.Resampling.LANCZOS)
        made[size] = _encoded(shrunk)
    return made


@contextmanager
def _opened(content: BinaryIO) -> Iterator[ImageFile]:
    """An image whose header is within the limits; whatever decoding raises is a refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, which is dropped anyhow
        try:
            with Image.open(content, formats=[reader.format for reader in _READERS]) as image:
                _check_size(image)
                yield image
        except UnidentifiedImageError as error:
            raise ImageRefused("not_an_image") from error
        except Image.DecompressionBombError as error:
            raise ImageRefused("image_too_large") from error
        except _BROKEN as error:
            raise ImageRefused("image_broken") from error


def _check_size(image: ImageFile) -> None:
    width, height = image.size
    costly = image.format == WebPImageFile.format or image.mode == "CMYK"
    pixels = COSTLY_PIXELS_MAX if costly else PIXELS_MAX
    if width * height > pixels or max(width, height) > SIDE_MAX:
        raise ImageRefused("image_too_large")


def _orientation(image: ImageFile) -> int | None:
    """As EXIF says in front of the pixels: `getexif` would keep it, and decode PNG for more."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        found: int | None = exif.get(ExifTags.Base.Orientation)
    except _BROKEN:  # cameras and editors write all kinds of EXIF around good pixels
        return None
    return found


def _upright(content: bytes) -> Image.Image:
    with _opened(io.BytesIO(content)) as image:
        turn = _TURNS.get(_orientation(image) or 1)
        _drop_metadata(image)
        shrunk = _shrunk(image)
    return shrunk if turn is None else shrunk.transpose(turn)


def _drop_metadata(image: ImageFile) -> None:
    """Let metadata go, which may be as long as the upload, before its pixels take their room."""
    for name in ("exif", "icc_profile", "xmp"):
        image.info.pop(name, None)
    image._exif = None  # noqa: SLF001 - JPEG's reader keeps a second copy, for its resolution
    if isinstance(image, JpegImageFile):
        image.app.clear()
        image.applist.clear()


def _fitted(size: tuple[int, int], longer: int) -> tuple[int, int]:
    scale = min(1, longer / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height


def _shrunk(image: ImageFile) -> Image.Image:
    """The image in RGB, or RGBA where it is see-through, less than twice as large as needed."""
    image.draft(None, _fitted(image.size, _LONGER_SIDE[Size.LARGE]))
    factor = max(1, max(image.size) // _LONGER_SIDE[Size.LARGE])
    mode = "RGBA" if image.has_transparency_data else "RGB"
    width, height = (-(-side // factor) for side in image.size)
    shrunk = Image.new(mode, (width, height))
    for top in range(0, height, _STRIP):
        bottom = min((top + _STRIP) * factor, image.height)
        strip = image.crop((0, top * factor, image.width, bottom))
        shrunk.paste(_plain(strip, mode).reduce(factor), (0, top))
    return shrunk


def _plain(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode == "I;16":  # whose conversion would clip at 255
        strip = strip.point(lambda value: value * (1 / 256)).convert("L")
    return strip.convert(mode)


def _encoded(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "webp", quality=_QUALITY)
    return written.getvalue()
