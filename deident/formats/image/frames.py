"""The pictures inside a picture file, as they are seen, and written back with parts of them covered.

A reel gives its frames as they appear on the screen (of an animation: put together), and takes masks: (height, width) bool, True
where nothing may be seen any more.  What was stored without loss is written without loss.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from deident.formats import Unreadable
from deident.formats.image import exif, png
from deident.formats.image.film import GifReel
from deident.formats.image.ocr import Pixels
from deident.formats.image.paint import cover, emptied

Mask = NDArray[np.bool_]

_WAYS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_BACK = {**_WAYS, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
_LOSSLESS = ("tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "packbits", "group3", "group4", "tiff_ccitt", "raw")
_AROUND = (b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"pHYs")  # chunks that say how a PNG is to be shown
MOST = 400_000_000  # pixels of all frames


class Reel(Protocol):
    """The frames of one file."""

    def frames(self) -> Iterator[Image.Image]:
        """Each as it is stored, put together with those before it."""

    def painted(self, masks: Mapping[int, Mask]) -> bytes:
        """The file with these frames covered where their masks say; masks as the frames lie in the file."""


def reel(data: bytes, kind: str, orientation: int) -> Reel:
    """The frames of a file.  Raises Unreadable."""
    return GifReel(data) if kind == "gif" else PillowReel(data, kind, orientation)


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """As it is seen (Exif 2.32, tag 0x0112)."""
    return image.transpose(_WAYS[orientation]) if orientation in _WAYS else image


def turned_back(mask: Mask, orientation: int) -> Mask:
    """A mask of what is seen, as the pixels lie in the file."""
    if orientation not in _BACK:
        return mask
    return np.asarray(Image.fromarray(mask.view(np.uint8)).transpose(_BACK[orientation])).astype(np.bool_)


class Views(NamedTuple):
    """How a frame can look: on white, and on black where light colours need it; and what transparency hides."""

    seen: list[Pixels]
    hidden: list[Pixels]

    @property
    def all(self) -> list[Pixels]:
        """One after the other."""
        return self.seen + self.hidden


def views(image: Image.Image) -> Views:
    """All the looks of a frame."""
    if image.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        values = np.asarray(image).astype(np.float64)
        low, high = float(values.min()), float(values.max())
        grey = ((values - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
        return Views([np.repeat(grey[:, :, None], 3, axis=2)], [])
    if image.mode not in ("RGBA", "LA", "PA", "La", "RGBa") and "transparency" not in image.info:
        return Views([np.asarray(image.convert("RGB"))], [])
    rgba = np.asarray(image.convert("RGBA"))
    colour, alpha = rgba[:, :, :3], rgba[:, :, 3:]
    if bool((alpha == 255).all()):
        return Views([np.ascontiguousarray(colour)], [])
    share = alpha.astype(np.float32) / 255
    found = [(colour * share + 255 * (1 - share)).astype(np.uint8)]
    seen, hidden = colour[alpha[:, :, 0] > 64], colour[alpha[:, :, 0] <= 64]
    if len(seen) and float(np.mean(seen.max(axis=1) > 200)) > 0.01:
        found.append((colour * share).astype(np.uint8))
    under = len(hidden) > 0 and int(np.ptp(hidden, axis=0).max()) > 48
    return Views(found, [np.ascontiguousarray(colour)] if under else [])


class PillowReel:
    """All kinds but GIF."""

    def __init__(self, data: bytes, kind: str, orientation: int) -> None:
        self.data, self.kind, self.orientation = data, kind, orientation

    def _opened(self) -> Image.Image:
        return Image.open(BytesIO(self.data), formats=[self.kind.upper()])

    def frames(self) -> Iterator[Image.Image]:
        """See Reel."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                source = self._opened()
                count = getattr(source, "n_frames", 1)
                for number in range(count):
                    source.seek(number)
                    if source.width * source.height * (count if self.kind != "tiff" else 1) > MOST:
                        raise Unreadable("bomb")
                    source.load()
                    yield source.copy()
            except Image.DecompressionBombError:
                raise Unreadable("bomb") from None

    def painted(self, masks: Mapping[int, Mask]) -> bytes:
        """See Reel."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source = self._opened()
            frames = list[Image.Image]()
            info = list[dict[str, Any]]()
            for number, frame in enumerate(self.frames()):
                source.seek(number)
                info.append({str(key): value for key, value in [*source.info.items(), *frame.info.items()]})
                painted = emptied(frame)
                frames.append(cover(painted, masks[number]) if number in masks else painted)
            out = BytesIO()
            getattr(self, f"_{self.kind}")(out, frames, info, source)
        return out.getvalue()

    def _jpeg(self, out: BytesIO, frames: list[Image.Image], info: list[dict[str, Any]], _: Image.Image) -> None:
        source: Any = self._opened()
        source.load()
        sampling = JpegImagePlugin.get_sampling(source)
        frames[0].save(
            out, "JPEG", qtables=source.quantization, subsampling=max(sampling, 0) if source.layers == 3 else -1, optimize=True,
            progressive=bool(info[0].get("progressive")), keep_rgb=info[0].get("adobe_transform") == 0 and source.mode == "RGB",
            exif=b"Exif\0\0" + exif.upright(self.orientation) if 1 < self.orientation < 9 else b"",
            **_present(info[0], "icc_profile", "dpi"),
        )  # fmt: skip

    def _png(self, out: BytesIO, frames: list[Image.Image], info: list[dict[str, Any]], source: Image.Image) -> None:
        new = BytesIO()
        first, more = frames[0], frames[1:]
        keep = _present(info[0], "transparency")
        if more:
            first.save(
                new, "PNG", save_all=True, append_images=more, duration=[one.get("duration", 0) for one in info],
                loop=info[0].get("loop", 0), default_image=bool(source.info.get("default_image")), **keep,
            )  # fmt: skip
        else:
            first.save(new, "PNG", **keep)
        made = new.getvalue()
        out.write(made[:33])
        for type, start, end in png.chunks(self.data):
            if type in _AROUND:
                out.write(self.data[start:end])
        if 1 < self.orientation < 9:
            out.write(png.chunk(b"eXIf", exif.upright(self.orientation)))
        out.write(made[33:])

    def _tiff(self, out: BytesIO, frames: list[Image.Image], info: list[dict[str, Any]], _: Image.Image) -> None:
        with TiffImagePlugin.AppendingTiffWriter(out, new=True) as writer:
            for frame, about in zip(frames, info, strict=True):
                way = about.get("compression", "raw")
                way = way if way in _LOSSLESS else "tiff_adobe_deflate"
                page = BytesIO()
                keep = _present(about, "icc_profile", "dpi")
                frame.save(page, "TIFF", **({} if way == "raw" else {"compression": way}), **keep)
                writer.write(page.getvalue())
                writer.newFrame()

    def _webp(self, out: BytesIO, frames: list[Image.Image], info: list[dict[str, Any]], _: Image.Image) -> None:
        exact = b"VP8L" in self.data[:4096] and b"VP8 " not in self.data[:4096]
        keep = _present(info[0], "icc_profile")
        if 1 < self.orientation < 9:
            keep["exif"] = exif.upright(self.orientation)
        if len(frames) > 1:
            keep |= {"save_all": True, "append_images": frames[1:], "loop": info[0].get("loop", 0)}
            keep["duration"] = [one.get("duration", 100) for one in info]
        frames[0].save(out, "WEBP", lossless=exact, quality=95, **keep)

    def _bmp(self, out: BytesIO, frames: list[Image.Image], info: list[dict[str, Any]], _: Image.Image) -> None:
        frames[0].save(out, "BMP", **_present(info[0], "dpi"))


def _present(info: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: info[key] for key in keys if info.get(key) is not None}
