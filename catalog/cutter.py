"""Cut one picture to the sizes that are served: the program that `catalog.covers` runs in the sandbox.

`python -m catalog.cutter SOURCE KEY FOLDER` finds the picture whose sha256 is KEY in SOURCE, a picture or an audio file
with one in its tags, writes FOLDER/<size>.webp, and prints {"tint": name} or {"reason": words}. Knows no Django.
"""

import hashlib
import io
import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

from catalog import tags
from catalog.sandbox import Unreadable

SIZES = (64, 160, 320, 640)  # pixels, square
LARGEST = 10 * 1024 * 1024  # bytes of the picture as found
MOST_PIXELS = 4096  # of either side: 50 MB when decoded
TOO_LARGE = "The picture is larger than 10 MB."
TOO_MANY = f"The picture is larger than {MOST_PIXELS} x {MOST_PIXELS} pixels."
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")  # what is ever decoded; SVG and the rest are not
QUALITY = 82
GROUND = (255, 255, 255)  # behind transparent parts
TINTS = {  # the washes of app.css (data-tint)
    "rust": 0xC8502F,
    "ochre": 0xD9982F,
    "moss": 0x4F7A56,
    "sea": 0x2C7F86,
    "sky": 0x3F6FB5,
    "plum": 0x7A4A86,
    "rose": 0xC0506A,
}
COLOURLESS = "slate"
GREY = 0.04  # OKLab chroma below which a pixel has no hue worth naming
FEW = 0.08  # of all pixels: with fewer coloured ones the picture is grey


class Refused(Exception):
    """The picture is not one that is cut; the message says why, in words."""


def cut(source: Path, key: str, folder: Path) -> str:
    """Write all sizes to `folder` and return the picture's tint; raise Refused."""
    square = _square(_decode(find(source, key)))
    for size in SIZES:
        side = min(size, square.width)  # a small picture stays as sharp as it is
        cut_out = square.resize((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
        cut_out.save(folder / f"{size}.webp", "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"")
    return tint_of(pixels_of(square.resize((32, 32), Image.Resampling.BOX)))


def find(source: Path, key: str) -> bytes:
    """Return the bytes whose sha256 is `key`: the whole file, or the picture in its tags."""
    with source.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() == key:
            if source.stat().st_size > LARGEST:
                raise Refused(TOO_LARGE)
            return source.read_bytes()
    try:
        with source.open("rb") as file:
            picture = tags.extract_picture(file)
    except Unreadable:
        picture = b""
    if hashlib.sha256(picture).hexdigest() != key:
        raise Refused("The picture is no longer in the file; the next scan looks again.")
    if len(picture) > LARGEST:
        raise Refused(TOO_LARGE)
    return picture


def pixels_of(picture: Image.Image) -> Iterable[tuple[int, int, int]]:
    """Return red, green and blue of each pixel of an RGB picture."""
    raw = picture.tobytes()
    return zip(raw[::3], raw[1::3], raw[2::3], strict=True)


def tint_of(pixels: Iterable[tuple[int, int, int]]) -> str:
    """Return the name of the tint nearest in hue to most of the coloured pixels, or slate where there are few."""
    hues = {name: _oklab_hue(colour >> 16, colour >> 8 & 255, colour & 255)[0] for name, colour in TINTS.items()}
    votes = dict.fromkeys(TINTS, 0.0)
    seen = coloured = 0
    for red, green, blue in pixels:
        seen += 1
        hue, chroma = _oklab_hue(red, green, blue)
        if chroma >= GREY:
            coloured += 1
            votes[min(hues, key=lambda name: abs(math.remainder(hues[name] - hue, math.tau)))] += chroma
    return max(votes, key=votes.__getitem__) if coloured > FEW * seen else COLOURLESS


def _decode(data: bytes) -> Image.Image:
    """Return the picture in sRGB, upright, without transparency; its size is looked at before it is decoded."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)  # reads the header only
    except Image.UnidentifiedImageError:
        raise Refused("The picture is not a JPEG, PNG, WebP, GIF or BMP.") from None
    except Image.DecompressionBombError:
        raise Refused(TOO_MANY) from None
    if max(picture.size) > MOST_PIXELS:
        raise Refused(TOO_MANY)
    picture.draft(None, (2 * SIZES[-1], 2 * SIZES[-1]))  # JPEG: decodes at half or quarter size where that is enough
    picture.load()  # of an animation: the first frame
    return _srgb(ImageOps.exif_transpose(picture))


def _srgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey
        picture = picture.point(lambda value: value / 256).convert("L")
    if profile := picture.info.get("icc_profile"):
        try:
            if picture.mode not in {"RGB", "RGBA", "L", "CMYK"}:
                picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
            target = "RGBA" if picture.mode == "RGBA" else "RGB"
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"), outputMode=target)
            picture = converted or picture
        except ImageCms.PyCMSError:
            pass  # a broken profile: the colours as they are
    if picture.has_transparency_data:
        clear = picture.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (*GROUND, 255))
        picture = Image.alpha_composite(ground, clear)
    return picture.convert("RGB")


def _square(picture: Image.Image) -> Image.Image:
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def _oklab_hue(red: int, green: int, blue: int) -> tuple[float, float]:
    """Return hue (radians) and chroma of an sRGB colour in OKLab (Ottosson 2020)."""
    r, g, b = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (red / 255, green / 255, blue / 255)
    )
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return math.atan2(b, a), math.hypot(a, b)


def main(source: str, key: str, folder: str) -> None:
    try:
        answer = {"tint": cut(Path(source), key, Path(folder))}
    except Refused as refusal:
        answer = {"reason": str(refusal)}
    except Exception as error:  # noqa: BLE001 - whatever a decoder does with hostile bytes is a reason
        answer = {"reason": f"The picture cannot be decoded ({type(error).__name__})."}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
