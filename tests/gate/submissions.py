"""Submissions of invented people for the tests of the gate and the server."""

from __future__ import annotations

import base64
from io import BytesIO
from random import Random
from typing import Any

import docx
from generated import resident_id

ID = resident_id(Random(11))
MOBILE = "19900000001"
CLEAN = "<p>各村（社区）：请于九月底前完成防汛物资清点。</p>"
DIRTY = f"<p>申请人身份证号：{ID}，手机：{MOBILE}。</p>"


def letter(*paragraphs: str) -> bytes:
    """A docx with these paragraphs."""
    document, out = docx.Document(), BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def attached(name: str, data: bytes) -> dict[str, str]:
    """An attachment as it stands in JSON."""
    return {"name": name, "content": base64.b64encode(data).decode()}


def values(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what is content on purpose."""
    return {key: part for key, part in answer.items() if key != "masked"}
