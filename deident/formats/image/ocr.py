"""The recogniser: lines of text in pixels, by RapidOCR (PP-OCRv6, models inside its wheel).  For pictures, and for pages that have
been drawn.

Nothing is fetched: the models are given by path.  One engine a process, made when the first picture comes; a child process runs on
one thread.  Detection sees the picture at about 140 dpi (A4) in strips; recognition cuts its lines out of the original pixels.

>>> ready()  # the libraries are there (extra `ocr`)
True
"""

from __future__ import annotations

import multiprocessing
import os
from collections import OrderedDict
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (height, width, 3), RGB
Quad = NDArray[np.float32]  # (4, 2): x and y of start-top, end-top, end-bottom, start-bottom along the reading direction
Spans = NDArray[np.float32]  # (n, 2): where each character begins and ends along its line, 0 to 1

_SHORT, _LONG = 1150, 1650  # pixels of a strip: an A4 page at 140 dpi
_OVERLAP = 110  # pixels that strips share
_SMALL = 13  # pixels: lines lower than this are looked for again at a greater scale
_MARGIN = 16  # white pixels around a strip
_CHUNK = 32  # lines cut out together
_TALL = 1.5  # height to width from which on a box may be a line on its side
_KEPT = 64  # results that are remembered: banners and signs come again and again


class Line(NamedTuple):
    """One line as it was read.  `score`: 0 to 1; `spans` has a row for every character of `text`."""

    text: str
    score: float
    box: Quad
    spans: Spans


_lock = Lock()
_results: OrderedDict[bytes, list[Line]] = OrderedDict()


@cache
def ready() -> bool:
    """Are the libraries of the extra `ocr` installed?"""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "PIL", "cv2"))


def read(pixels: Pixels) -> list[Line]:
    """The lines of a picture, in no particular order.  Raises ImportError without the extra `ocr`."""
    key = blake2b(np.ascontiguousarray(pixels).data, key=str(pixels.shape).encode()).digest()
    with _lock:
        if key in _results:
            _results.move_to_end(key)
            return _results[key]
    lines = _read(pixels)
    with _lock:
        _results[key] = lines
        while len(_results) > _KEPT:
            _results.popitem(last=False)
    return lines


def _read(pixels: Pixels) -> list[Line]:
    height, width = pixels.shape[:2]
    if min(height, width) < 4 or not np.ptp(pixels[:: max(1, height // 2000), :: max(1, width // 2000)]):
        return []
    engine = _engine(os.getpid())
    with _lock:  # the engine keeps state between its steps
        scale = _scale(height, width)
        quads = _detect(engine, pixels, scale)
        if len(quads):
            low = float(np.median(_sides(quads)[:, 1])) * scale
            greater = min(2.0, 18 / max(low, 1.0)) * scale
            if low < _SMALL and greater * greater * height * width < 16_000_000:
                again = _detect(engine, pixels, greater)
                quads = again if len(again) >= len(quads) else quads
        return _recognise(engine, pixels, _directed(engine, pixels, quads)) if len(quads) else []


@cache
def _engine(process: int) -> Any:
    """The engine of a process (a child must not use its parent's threads)."""
    import rapidocr

    models = Path(rapidocr.__file__).parent / "models"
    threads = 1 if multiprocessing.parent_process() else min(4, os.cpu_count() or 1)
    engine: Any = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical", "Global.text_score": 0.0, "Global.use_vertical_padding": False,
            "Global.return_word_box": True, "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1, "Rec.rec_batch_num": 1, "Det.limit_type": "max",
            "Det.limit_side_len": 1 << 20, "Det.max_candidates": 6000,
            "Det.model_path": str(_model(models, "det")), "Cls.model_path": str(_model(models, "cls")),
            "Rec.model_path": str(_model(models, "rec")),
        }
    )  # fmt: skip
    return engine


def _model(folder: Path, task: str) -> Path:
    """The model of a task.  Raises ImportError where the wheel has none: nothing is ever fetched."""
    found = sorted(folder.glob(f"*_{task}_*.onnx"))
    if not found:
        raise ImportError(f"rapidocr brings no model for {task}")
    return found[-1]


def _scale(height: int, width: int) -> float:
    """How much larger or smaller detection sees the picture."""
    short = min(height, width)
    if short > _SHORT:
        return _SHORT / short
    larger = min(3.0, 736 / short, (1_200_000 / (height * width)) ** 0.5, 3000 / max(height, width))
    return larger if larger > 1.2 else min(1.0, 4000 / width)


def _detect(engine: Any, pixels: Pixels, scale: float) -> Quad:
    """Boxes of lines, (n, 4, 2) in pixels of the picture: top left, top right, bottom right, bottom left."""
    import cv2

    height, width = pixels.shape[:2]
    rows = max(1, round(_LONG / scale))  # of the original, in one strip
    share = round(_OVERLAP / scale)
    found: list[Quad] = []
    top = 0
    while True:
        bottom = height if top + rows * 1.25 >= height else top + rows
        strip = pixels[top:bottom]
        size = (max(8, round(width * scale)), max(8, round((bottom - top) * scale)))
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = cv2.resize(strip, size, interpolation=way) if scale != 1 else strip
        seen = cv2.copyMakeBorder(seen, *(_MARGIN,) * 4, cv2.BORDER_REPLICATE)
        try:
            _, result = engine.detect_and_crop(np.ascontiguousarray(seen[:, :, ::-1]), {})
            boxes = np.asarray(result.boxes, np.float32)
        except Exception as problem:
            if type(problem).__name__ != "RapidOCRError":  # which says that there is no text
                raise
            boxes = np.zeros((0, 4, 2), np.float32)
        boxes = (boxes - _MARGIN) * np.array([width / size[0], (bottom - top) / size[1]], np.float32)
        middle = boxes[:, :, 1].mean(axis=1)
        own = (middle >= (share / 2 if top else 0)) & (middle < (bottom - top if bottom == height else bottom - top - share / 2))
        found.append(boxes[own] + np.array([0, top], np.float32))
        if bottom == height:
            break
        top = bottom - share
    quads = np.concatenate(found)
    return np.asarray(np.clip(quads, 0, np.array([width, height])), np.float32)


def _sides(quads: Quad) -> NDArray[np.float32]:
    """Width and height of each box, (n, 2)."""
    across = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    down = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return np.asarray(np.maximum(np.stack([across, down], axis=1), 1), np.float32)


def _directed(engine: Any, pixels: Pixels, quads: Quad) -> Quad:
    """The boxes, each turned so that its first side is the top of its text.

    A high box is a line on its side, unless the page stands upright and the box is of a single character; on a page that lies on
    its side a square one is, too.  Which end is up is one
    answer for all lines that lie the same way: the classifier is often wrong about a single short one.
    """
    sides = _sides(quads)
    ratio = sides[:, 1] / sides[:, 0]
    long = np.where(ratio >= 1, ratio, 1 / ratio)
    sideways = bool(np.sum(long[ratio >= _TALL]) > np.sum(long[ratio < 1 / _TALL]))
    tall = ratio >= (1 / _TALL if sideways else 2.6)
    quads = quads.copy()
    quads[tall] = np.roll(quads[tall], -1, axis=1)
    sides = _sides(quads)
    weight = np.minimum(sides[:, 0] / sides[:, 1], 10)
    for group in (tall, ~tall):
        chosen = np.flatnonzero(group)
        chosen = chosen[np.argsort(-weight[chosen], kind="stable")][:24]
        if not len(chosen):
            continue
        _, seen = engine.cls_and_rotate([_cut(pixels, quads[number]) for number in chosen.tolist()])
        votes = [(float(score) - 0.5) * (1 if label == "180" else -1) for label, score in seen.cls_res]
        if float(np.dot(votes, weight[chosen])) > 0:
            quads[group] = np.roll(quads[group], -2, axis=1)
    return quads


def _cut(pixels: Pixels, quad: Quad) -> Pixels:
    """A line cut out and set upright, in the order of colours that the models know (BGR)."""
    import cv2

    width, height = (max(4, round(float(side))) for side in _sides(quad[None])[0])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    low, high = np.floor(quad.min(axis=0)).astype(int), np.ceil(quad.max(axis=0)).astype(int) + 1
    low = np.maximum(low - 2, 0)
    part = np.ascontiguousarray(pixels[low[1] : high[1] + 2, low[0] : high[0] + 2, ::-1])
    way = cv2.getPerspectiveTransform(quad - low.astype(np.float32), corners)
    cut = cv2.warpPerspective(part, way, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.asarray(cut, np.uint8)


def _recognise(engine: Any, pixels: Pixels, quads: Quad) -> list[Line]:
    lines: list[Line] = []
    for first in range(0, len(quads), _CHUNK):
        part = quads[first : first + _CHUNK]
        result = engine.recognize_txt([_cut(pixels, quad) for quad in part])
        for quad, text, score, words in zip(part, result.txts, result.scores, result.word_results, strict=True):
            if text.strip():
                lines.append(_line(text, float(score), quad, words))
    return lines


def _line(text: str, score: float, quad: Quad, words: Any) -> Line:
    """A line with the place of each character: the columns at which the model saw it."""
    wide = np.array([letter > "\u2e7f" for letter in text])
    seen = np.array([not letter.isspace() for letter in text])
    columns = [column for word in words.word_cols for column in word]
    advance = np.where(wide, 1.0, 0.55)
    if len(columns) == int(seen.sum()) and words.line_txt_len > 0:
        middle = np.interp(
            np.arange(len(text)), np.flatnonzero(seen), (np.array(columns, np.float64) + 0.5) / float(words.line_txt_len)
        )
    else:
        after = np.cumsum(advance)
        middle = (after - advance / 2) / after[-1]
    width, height = _sides(quad[None])[0].tolist()
    middle = np.clip(middle, 0, 1)
    half = advance * 0.6 * height / width
    between = (middle[1:] + middle[:-1]) / 2
    low = np.maximum(np.concatenate(([0.0], between)), middle - half)
    high = np.minimum(np.concatenate((between, [1.0])), middle + half)
    letters, spans = list[str](), list[tuple[float, float]]()
    for place, letter in enumerate(text):
        if place and not letter.isspace() and letters[-1] != " ":
            apart = (middle[place] - middle[place - 1]) * width / height
            if apart > (advance[place] + advance[place - 1]) / 2 + 0.9:  # a gap that the model did not write down
                letters.append(" ")
                spans.append((float(high[place - 1]), float(low[place])))
        letters.append(" " if letter.isspace() else letter)
        spans.append((float(low[place]), float(max(low[place], high[place]))))
    return Line("".join(letters), score, quad, np.array(spans, np.float32))
