"""What images are by their headers, and what becomes of them as thumbnails."""

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from handler.files import images
from handler.files.images import Facts, ImageRefused
from handler.files.states import Size
from tests.pictures import BLUE, COFFEE, FLOWER, RED, decoded, encoded, halves, is_near, turned

SIDEWAYS = {
    1: ("left", RED),
    2: ("left", BLUE),
    3: ("left", BLUE),
    4: ("left", RED),
    5: ("top", RED),
    6: ("top", RED),
    7: ("top", BLUE),
    8: ("top", BLUE),
}
"""Where an image that is stored as red, then blue, shows which colour, by its orientation."""


def png_of(width: int, height: int) -> bytes:
    """A PNG that has only a header: its pixels are missing."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checked)

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", b"\x78\x9c") + chunk(b"IEND", b"")


def refusal_of(content: bytes) -> str:
    """Why thumbnails are refused."""
    with pytest.raises(ImageRefused) as refused:
        images.thumbnails(content)
    return refused.value.reason


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
def test_reads_the_size(format_):
    """A header says width and height."""
    assert images.read(io.BytesIO(encoded(halves(), format_))) == Facts(60, 40)


def test_two_pictures_of_one_camera():
    """What a camera with two lenses writes is a JPEG, whose first picture counts."""
    content = encoded(halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (30, 20))])
    made = decoded(images.thumbnails(content)[Size.SMALL])
    assert is_near(made.getpixel((2, 20)), RED)


@pytest.mark.parametrize(
    ("photograph", "sizes"),
    [
        (FLOWER, {"large": (640, 427), "medium": (480, 320), "small": (160, 107)}),
        (COFFEE, {"large": (600, 400), "medium": (480, 320), "small": (160, 107)}),
    ],
    ids=["flower", "coffee"],
)
def test_photographs_get_every_size(photograph, sizes):
    """A photograph's thumbnails have its proportions, and none is larger than it is."""
    made = images.thumbnails(photograph.read_bytes())
    assert {size.value: decoded(content).size for size, content in made.items()} == sizes


def test_a_large_image_is_shrunk_to_each_longer_side():
    """The longer side is 1280, 480 and 160 pixels."""
    made = images.thumbnails(encoded(halves(4000, 3000), "JPEG"))
    sizes = {size.value: decoded(content).size for size, content in made.items()}
    assert sizes == {"large": (1280, 960), "medium": (480, 360), "small": (160, 120)}


def test_a_thumbnail_shows_the_photograph():
    """A small thumbnail is what Pillow's own resizing of the whole photograph gives."""
    made = decoded(images.thumbnails(FLOWER.read_bytes())[Size.SMALL])
    whole = Image.open(FLOWER).resize(made.size, Image.Resampling.LANCZOS)
    pairs = zip(made.tobytes(), whole.tobytes(), strict=True)
    assert sum(abs(a - b) for a, b in pairs) / len(whole.tobytes()) < 6


@pytest.mark.parametrize("photograph", [FLOWER, COFFEE], ids=["flower", "coffee"])
@pytest.mark.parametrize("size", list(Size))
def test_thumbnails_are_webp(photograph, size):
    """Whatever came, thumbnails are webp."""
    assert decoded(images.thumbnails(photograph.read_bytes())[size]).format == "WEBP"


@pytest.mark.parametrize("orientation", SIDEWAYS)
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_orientation_is_applied(orientation, format_):
    """An image that EXIF lays on its side or its head stands upright in its thumbnails."""
    content = encoded(halves(), format_, exif=turned(orientation))
    made = decoded(images.thumbnails(content)[Size.SMALL])
    side, colour = SIDEWAYS[orientation]
    place = (made.width // 2, 2) if side == "top" else (2, made.height // 2)
    assert is_near(made.getpixel(place), colour)


@pytest.mark.parametrize(("orientation", "size"), [(1, (60, 40)), (3, (60, 40)), (6, (40, 60))])
def test_width_and_height_are_upright(orientation, size):
    """Width and height are those of the image as it is shown."""
    read = images.read(io.BytesIO(encoded(halves(), "JPEG", exif=turned(orientation))))
    assert (read.width, read.height) == size


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", list(Size))
def test_metadata_is_dropped(format_, size):
    """Nothing says where, when and with what an image was taken."""
    content = encoded(halves(), format_, exif=turned(6), icc_profile=b"a profile", xmp=b"<x/>")
    made = images.thumbnails(content)[size]
    chunks = [name for name in (b"EXIF", b"XMP ", b"ICCP") if name in made]
    assert (chunks, b"Spy" in content, b"Spy" in made) == ([], True, False)


def test_what_is_behind_an_image_is_dropped():
    """A page that hides behind an image's end is not in its thumbnails."""
    made = images.thumbnails(encoded(halves(), "PNG") + b"<script>alert(1)</script>PK\x03\x04")
    assert not any(b"<script" in content or b"PK" in content for content in made.values())


def test_what_is_in_a_gifs_comment_is_dropped():
    """A program that hides in a GIF's comment is not in its thumbnails."""
    content = encoded(halves().convert("P"), "GIF", comment=b"*/=alert(1)/*")
    made = images.thumbnails(content)
    assert b"alert" in content
    assert not any(b"alert" in content for content in made.values())


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png(mode):
    """Grey, palettes, alpha and 16 bits: the right brightness on the left."""
    if mode == "I;16":
        image = Image.new(mode, (60, 40), 65535)
    else:
        image = Image.new("RGB", (60, 40), "white").convert(mode)
    made = decoded(images.thumbnails(encoded(image, "PNG"))[Size.SMALL]).convert("RGB")
    assert is_near(made.getpixel((2, 20)), (255, 255, 255))


def test_sixteen_bits_are_scaled():
    """Half of the brightness of 16 bits is half of that of 8 bits."""
    image = Image.new("I;16", (60, 40), 32768)
    made = decoded(images.thumbnails(encoded(image, "PNG"))[Size.SMALL])
    assert is_near(made.getpixel((2, 20)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["L", "RGB", "P"])
def test_one_colour_that_is_see_through(mode):
    """A colour that a PNG declares to be see-through is so in its thumbnails."""
    image = Image.new("RGB", (60, 40), "white").convert(mode)
    clear = {"L": 255, "RGB": (255, 255, 255)}.get(mode, image.getpixel((0, 0)))
    made = images.thumbnails(encoded(image, "PNG", transparency=clear))
    assert decoded(made[Size.SMALL]).getpixel((2, 20))[3] == 0


def test_see_through_pixels_lend_no_colour():
    """What is see-through does not stain its neighbours when they are shrunk to one pixel."""
    image = Image.new("RGBA", (2560, 2560), (255, 255, 255, 255))
    image.paste((0, 0, 0, 0), (0, 0, 1281, 2560))
    made = decoded(images.thumbnails(encoded(image, "PNG"))[Size.SMALL])
    mixed = [made.getpixel((x, 80)) for x in range(160)]
    assert all(pixel[0] > 200 for pixel in mixed if 40 < pixel[3] < 255)


def test_cmyk():
    """A JPEG for print is shown in the colours of a screen."""
    content = encoded(halves().convert("CMYK"), "JPEG")
    assert is_near(decoded(images.thumbnails(content)[Size.SMALL]).getpixel((2, 20)), RED, 40)


def test_a_bad_profile_does_not_matter():
    """A colour profile that is none is dropped with all others."""
    content = encoded(halves(), "JPEG", icc_profile=b"\xff" * 500)
    assert is_near(decoded(images.thumbnails(content)[Size.SMALL]).getpixel((2, 20)), RED)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG"])
def test_the_first_of_many_frames(format_):
    """Of 500 frames the first is shown, and still."""
    others = [Image.new("RGB", (60, 40), (n % 250, 9, 9)) for n in range(499)]
    content = encoded(halves(), format_, save_all=True, append_images=others)
    made = decoded(images.thumbnails(content)[Size.SMALL])
    assert is_near(made.convert("RGB").getpixel((57, 20)), BLUE, 40)
    assert getattr(made, "n_frames", 1) == 1


@pytest.mark.parametrize("size", [(1, 1), (10_000, 1), (1, 10_000)])
def test_no_side_gets_lost(size):
    """A line of pixels stays a line of pixels."""
    made = images.thumbnails(encoded(Image.new("RGB", size), "PNG"))
    assert min(decoded(made[Size.SMALL]).size) == 1


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        encoded(halves(), "TIFF"),
        encoded(halves(), "BMP"),
        encoded(halves(), "PDF"),
        encoded(halves(), "PPM"),
        encoded(halves(), "ICO"),
        encoded(halves(), "TGA"),
        b"SIMPLE  =                    T" + b" " * 50 + b"BITPIX  =                    8",
        b"",
        b"GIF89",
    ],
    ids=["svg", "html", "eps", "tiff", "bmp", "pdf", "ppm", "ico", "tga", "fits", "empty", "short"],
)
def test_other_formats_are_no_images(content):
    """Nothing but jpeg, png, webp and gif is opened, whatever Pillow could."""
    assert refusal_of(content) == "not_an_image"


@pytest.mark.parametrize(
    ("width", "height"),
    [(13_000, 13_000), (5_001, 5_000), (10_001, 1), (1, 10_001), (2**31 - 1, 2**31 - 1)],
)
def test_too_many_pixels_by_the_header(width, height):
    """Its header is enough to refuse a large image: these have no pixels at all."""
    with pytest.raises(ImageRefused) as refused:
        images.read(io.BytesIO(png_of(width, height)))
    assert refused.value.reason == "image_too_large"


@pytest.mark.parametrize(("width", "height"), [(5_000, 5_000), (10_000, 2_500)])
def test_as_many_pixels_as_may_be(width, height):
    """25 million pixels and 10,000 on a side are taken."""
    read = images.read(io.BytesIO(png_of(width, height)))
    assert (read.width, read.height) == (width, height)


@pytest.mark.parametrize(
    ("format_", "mode"), [("WEBP", "RGB"), ("JPEG", "CMYK")], ids=["webp", "cmyk"]
)
def test_costly_ones_may_have_half_the_pixels(format_, mode):
    """What takes much memory for each pixel is taken up to 12 million of them."""
    over = encoded(Image.new(mode, (4_001, 3_000)), format_, quality=1)
    most = encoded(Image.new(mode, (4_000, 3_000)), format_, quality=1)
    assert images.read(io.BytesIO(most)).width == 4_000
    assert refusal_of(over) == "image_too_large"


def test_a_frame_that_is_larger_than_its_canvas():
    """A GIF can't make its canvas grow past the limit by its first frame."""
    content = bytearray(encoded(Image.new("P", (60, 40)), "GIF"))
    at = content.index(b",\0\0\0\0\x3c\0\x28\0")
    content[at + 5 : at + 9] = struct.pack("<HH", 9_000, 9_000)
    assert refusal_of(bytes(content)) == "image_too_large"


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
def test_truncated(format_):
    """An image that ends early is refused, not shown with a grey half."""
    content = encoded(Image.effect_noise((200, 200), 90).convert("RGB"), format_)
    assert refusal_of(content[: len(content) // 2]) == "image_broken"


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 10), (10, 0)])
def test_without_pixels(width, height):
    """An image without pixels is none."""
    assert refusal_of(png_of(width, height)) == "not_an_image"


def test_metadata_that_makes_no_sense():
    """EXIF that is none does not matter: the image lies as it is stored."""
    content = encoded(halves(), "WEBP", exif=b"Exif\0\0" + b"\xff" * 50)
    assert is_near(decoded(images.thumbnails(content)[Size.SMALL]).getpixel((2, 20)), RED)


def test_pixels_that_are_not_there():
    """A header without pixels is refused when they are wanted."""
    assert refusal_of(png_of(60, 40)) == "image_broken"


def test_the_worker_starts_without_pillow():
    """Only the job that makes thumbnails loads it: all others start and run without."""
    code = "import sys, handler.worker; print('PIL' in sys.modules)"
    told = subprocess.run(  # noqa: S603 - our own code, in a process without our imports
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[3],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"
