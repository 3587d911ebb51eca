"""Images for tests: drawn ones of any format, and two photographs."""

import io
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

_PHOTOGRAPHS = Path(__file__).parent / "photographs"
FLOWER = _PHOTOGRAPHS / "flower.jpg"  # 640 x 427
COFFEE = _PHOTOGRAPHS / "coffee.png"  # 600 x 400

RED, BLUE = (200, 20, 30), (20, 40, 200)


def halves(width: int = 60, height: int = 40) -> Image.Image:
    """An image that is red on its left and blue on its right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    """An image in a format."""
    written = io.BytesIO()
    image.save(written, format_, **options)
    return written.getvalue()


def turned(orientation: int) -> bytes:
    """EXIF metadata that says how an image lies, and where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Model] = "Spy camera"
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (52.0, 31.0, 12.0)}
    return exif.tobytes()


def decoded(content: bytes) -> Image.Image:
    """An image, its pixels read."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def is_near(found: object, wanted: tuple[int, ...], within: int = 24) -> bool:
    """Whether a pixel is of a colour, but for what a lossy format does to it."""
    assert isinstance(found, tuple)
    return all(abs(a - b) <= within for a, b in zip(found, wanted, strict=False))
