"""How much memory a worker takes for the images that cost most of those that it accepts."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures import encoded, turned

MOST = 300_000_000
"""Bytes that a worker may take for any image."""
UPLOAD_MOST = 10_000_000
"""Bytes that an uploaded image may have."""
ROOT = Path(__file__).parents[3]

PROGRAM = """
import sys
from pathlib import Path

import handler.worker
from handler.core import aws
from handler.files import images

for service in ("s3", "sqs"):
    aws.client(service)
content = Path(sys.argv[1]).read_bytes()
images.thumbnails(content)
print(Path("/proc/self/status").read_text())
"""
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def peak_of(content: bytes, folder: Path) -> int:
    """The most bytes that a new process of a worker has held while it made thumbnails."""
    place = folder / "image"
    place.write_bytes(content)
    # What watches which lines run takes memory that no worker does.
    own = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, place],
        cwd=ROOT,
        env={**own, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = PEAK.search(answer.stdout)
    assert found, answer.stdout
    return int(found[1]) * 1024


def grainy(mode: str, width: int, height: int) -> Image.Image:
    """An image that compresses badly enough to come near the longest upload."""
    grain = Image.frombytes("RGBA", (width // 4, height // 4), os.urandom(width * height // 4))
    return grain.resize((width, height), Image.Resampling.NEAREST).convert(mode)


LONG = os.urandom(2_000_000)

WORST = {
    "png": ("PNG", "RGBA", (5000, 5000), {"compress_level": 1}),
    "png on its side": ("PNG", "RGBA", (5000, 5000), {"compress_level": 1, "exif": turned(6)}),
    "png with a palette": ("PNG", "P", (5000, 5000), {"transparency": bytes(range(256))}),
    "png of sixteen bits": ("PNG", "I;16", (5000, 5000), {}),
    "long png": ("PNG", "RGBA", (10_000, 2500), {"compress_level": 1}),
    "jpeg": ("JPEG", "RGB", (5000, 5000), {"quality": 50}),
    "progressive jpeg": (
        "JPEG",
        "RGB",
        (5000, 5000),
        {"quality": 50, "progressive": True, "subsampling": 0},
    ),
    "long progressive jpeg": (
        "JPEG",
        "RGB",
        (10_000, 2500),
        {"quality": 50, "progressive": True, "subsampling": 0},
    ),
    "progressive jpeg for print": (
        "JPEG",
        "CMYK",
        (4000, 3000),
        {"quality": 50, "progressive": True, "subsampling": 0},
    ),
    "webp": ("WEBP", "RGBA", (4000, 3000), {"method": 0, "quality": 60}),
    "lossless webp": ("WEBP", "RGBA", (4000, 3000), {"method": 0, "lossless": True, "quality": 0}),
    "webp with long metadata": (
        "WEBP",
        "RGBA",
        (4000, 3000),
        {"method": 0, "lossless": True, "exif": LONG, "xmp": LONG, "icc_profile": LONG},
    ),
    "gif": ("GIF", "P", (5000, 5000), {}),
    "see-through gif": ("GIF", "P", (5000, 5000), {"transparency": 1}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WORST)
def test_worst_images_stay_below_the_limit(name, tmp_path):
    """A worker that makes thumbnails of the costliest image of a kind stays below 300 MB."""
    format_, mode, size, options = WORST[name]
    image = Image.new(mode, size, 40_000) if mode == "I;16" else grainy(mode, *size)
    assert peak_of(encoded(image, format_, **options), tmp_path) < MOST


@pytest.mark.slow
def test_long_metadata_stays_below_the_limit(tmp_path):
    """Also when a progressive JPEG is as long as may be, by what it says of where it was taken."""
    image = grainy("RGB", 1250, 1250).resize((5000, 5000))
    content = encoded(image, "JPEG", quality=5, progressive=True, subsampling=0)
    segment = b"\xff\xe1" + (65_002).to_bytes(2) + b"Exif\0\0" + os.urandom(64_994)
    segments = segment * ((UPLOAD_MOST - len(content)) // len(segment))
    assert peak_of(content[:2] + segments + content[2:], tmp_path) < MOST


@pytest.mark.slow
def test_a_moving_webp_stays_below_the_limit(tmp_path):
    """Also when a webp has many frames, which only its reader's canvases could hold."""
    frames = [Image.new("RGBA", (4000, 3000), (n, 9, 9, n)) for n in range(3)]
    content = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], method=0)
    assert peak_of(content, tmp_path) < MOST


@pytest.mark.slow
def test_what_is_measured_grows_with_the_image(tmp_path):
    """The measure itself: an image of 100 MB, once decoded, is seen to take more than a small one.

    Without it the limit could hold for a program that opens nothing.
    """
    small = peak_of(encoded(grainy("RGBA", 100, 100), "PNG"), tmp_path)
    large = peak_of(encoded(grainy("RGBA", 5000, 5000), "PNG", compress_level=1), tmp_path)
    assert large - small > UPLOAD_MOST
