"""The shapes of requests and answers, for /openapi.json and whoever makes a client from it.

Requests are read by gate.submission.from_json, answers are made by gate.reply; tests/server proves that they agree with this.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from deident.gate.submission import MOST_NAME
from deident.server import errors

BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Action = Literal["mask", "review", "keep"]
Lang = Literal["zh", "en"]
Channel = Literal["site", "wechat", "weibo", "app", "gazette", "opendata", "board", "reply"]


class Strict(BaseModel):
    """A request: nothing besides what is named."""

    model_config = ConfigDict(extra="forbid")


class File(Strict):
    """附件 / an attachment."""

    name: str = Field(min_length=1, max_length=MOST_NAME, pattern=r"^[^\x00-\x1f\x7f]*$", description="文件名 / file name")
    content: str = Field(pattern=BASE64, description="base64", json_schema_extra={"contentEncoding": "base64"})


_ONE_OF: dict[str, Any] = {
    "anyOf": [
        {"required": ["html"], "properties": {"html": {"type": "string"}}},
        {"required": ["text"], "properties": {"text": {"type": "string"}}},
        {"required": ["attachments"], "properties": {"attachments": {"type": "array", "minItems": 1}}},
    ],
    "not": {"required": ["html", "text"], "properties": {"html": {"type": "string"}, "text": {"type": "string"}}},
}


_SOME = {"type": "string", "minLength": 1}  # a field of a form that is empty counts as absent
_FILLED: dict[str, Any] = {
    "anyOf": [
        {"required": ["html"], "properties": {"html": _SOME}},
        {"required": ["text"], "properties": {"text": _SOME}},
        {"required": ["file"], "properties": {"file": {"type": "array", "minItems": 1}}},
    ],
    "not": {"required": ["html", "text"], "properties": {"html": _SOME, "text": _SOME}},
}


class Submission(Strict):
    """待发布的内容：html、text、attachments 至少一项。What is to be published: at least one of html, text, attachments."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_ONE_OF)
    title: str | None = Field(None, description="标题，一并检查 / title, checked as well")
    html: str | None = Field(None, description="网页正文或整页；与 text 二选一 / the page or its body; or text")
    text: str | None = Field(None, description="纯文本 / plain text")
    channel: Channel | None = Field(None, description="发布渠道 / where it is to appear")
    doc_type: str | None = Field(
        None, description="文档类型（deident list types；未知为 unknown） / type of the document, where it is known"
    )
    url: str | None = Field(None, description="将发布的网址（不会被访问） / where it will stand; nothing is fetched")
    lang: Lang | None = Field(None, description="应答语言 / language of the answer")
    attachments: list[File] | None = None
    review: bool | None = Field(None, description="不可发布时提交复核台 / file it at the review desk when it is not publishable")
    author: str | None = Field(None, description="发布人（显示在复核台） / who publishes, for the desk")


class Counts(BaseModel):
    """Findings by action."""

    mask: int
    review: int
    keep: int


class Finding(BaseModel):
    """一处发现（不含原值） / one finding, without its value."""

    file: str
    where: str = Field(description="位置 / where: “line 12 @title”, “Sheet1!C7”")
    kind: str
    category: str
    action: Action
    score: float
    preview: str = Field(description="已遮盖的预览 / masked preview")
    tag: str = Field(description="带密钥的标记，同值同标记 / keyed tag: the same for the same value")
    reason: str
    basis: list[str] = Field(description="依据 / keys of laws")
    doc_type: str | None
    subject: int = Field(description="所涉人员编号，0 为无 / whom it is about, 0 nobody")
    kind_name: str
    category_name: str
    basis_names: list[str]
    source: Literal["rule", "cell", "exemption", "suppression", "decision"]
    field: Literal["title", "html", "text"] | None = Field(None, description="只在页面 / on the page only")
    start: int | None = Field(None, description="起始码位 / first code point in the field")
    end: int | None = Field(None, description="结束码位（不含） / code point behind it")


class Document(BaseModel):
    """页面、附件或压缩包成员 / the page, an attachment, or a member of one."""

    file: str = Field(description="@page，附件名，或 a.zip!b.docx / @page, an attachment's name, or a.zip!b.docx")
    status: Literal["clean", "masked", "partial", "unscannable", "refused"]
    reason: str
    doc_type: str | None
    marks: list[str] = Field(description="密级等标志 / marks of secrecy")
    warnings: list[str]
    counts: Counts
    findings: list[Finding]


class Answer(BaseModel):
    """检查结果 / what the check says."""

    verdict: Literal["publishable", "review", "blocked", "incomplete"]
    message: str = Field(description="一句话说明 / one sentence")
    exit_code: Literal[0, 1, 3] = Field(description="同 deident check / as of deident check")
    doc_type: str | None
    policy: str
    version: str
    counts: Counts
    reasons: list[str] = Field(description="发现之外的原因 / what holds it back besides findings")
    documents: list[Document]
    review_url: str | None = Field(None, description="复核台中的路径 / path at the review desk")


class MaskedFile(BaseModel):
    """脱敏后的附件 / a masked attachment."""

    name: str = Field(description="可能已改名 / may be new")
    content: str | None = Field(description="base64；null 为无法安全脱敏 / null: it could not be masked safely")
    status: Literal["clean", "masked", "partial", "unscannable", "refused"]
    reason: str


class Masked(BaseModel):
    """脱敏后的内容 / the masked content; null where it could not be masked safely."""

    title: str | None = None
    html: str | None = None
    text: str | None = None
    attachments: list[MaskedFile]


class MaskedAnswer(Answer):
    """对脱敏后内容的检查结果 / what a check of the masked content says."""

    masked: Masked
    counts_before: Counts


class Problem(BaseModel):
    """为何没有结果 / why there is no answer."""

    code: str
    message: str


class Error(BaseModel):
    """An error."""

    error: Problem


EXAMPLES: dict[str, Any] = {
    "html": {
        "summary": "网页 / a page",
        "value": {
            "title": "关于临时救助对象的公示", "html": "<p>陈一一，身份证号：52010219010315904X，电话：19900000001。</p>", "channel": "site",
        },
    },
    "attachment": {
        "summary": "附件 / an attachment",
        "value": {"title": "通知", "text": "见附件。", "lang": "en", "attachments": [{"name": "a.txt", "content": "6YCa55+l"}]},
    },
}  # fmt: skip
ANSWER: dict[str, Any] = {
    "verdict": "blocked", "message": "不能发布：1 处须脱敏，0 处需人工复核。", "exit_code": 1, "doc_type": "social_assistance", "policy": "gov-publish",
    "version": "0.1.0", "counts": {"mask": 1, "review": 0, "keep": 0}, "reasons": [],
    "documents": [{
        "file": "@page", "status": "partial", "reason": "", "doc_type": "social_assistance", "marks": [], "warnings": [],
        "counts": {"mask": 1, "review": 0, "keep": 0},
        "findings": [{
            "file": "@page", "where": "line 1", "kind": "resident_id", "category": "id_number", "action": "mask", "score": 0.99,
            "preview": "52****************", "tag": "80baf9a2749f", "reason": "未识别类型：身份证等证件号码须脱敏", "basis": ["disclosure-15"],
            "doc_type": "social_assistance", "subject": 1, "kind_name": "居民身份证号码", "category_name": "身份证等证件号码",
            "basis_names": ["中华人民共和国政府信息公开条例 第十五条"], "source": "cell", "field": "html", "start": 11, "end": 29,
        }],
    }],
}  # fmt: skip
MASKED: dict[str, Any] = ANSWER | {
    "verdict": "publishable", "message": "可以发布：没有须脱敏或复核的内容。", "exit_code": 0, "counts": {"mask": 0, "review": 0, "keep": 0},
    "documents": [ANSWER["documents"][0] | {"status": "masked", "counts": {"mask": 0, "review": 0, "keep": 0}, "findings": []}],
    "counts_before": {"mask": 1, "review": 0, "keep": 0}, "masked": {"title": "公示", "html": "<p>52****************</p>", "attachments": []},
}  # fmt: skip
_REFUSED = {
    400: (errors.BadRequest,), 401: (errors.Unauthorized,), 408: (errors.Slow,), 413: (errors.TooLarge, errors.TooMany),
    415: (errors.Unsupported,), 422: (errors.Malformed,), 500: (errors.Internal,),
    503: (errors.Busy, errors.TooSlow, errors.WorkerLost, errors.Starting, errors.Stopping),
}  # fmt: skip
_VALUES = {"mb": 32, "files": 50, "seconds": 30, "why": "…"}


def described(what: str) -> dict[str, Any]:
    """What OpenAPI says of a route besides its answer: bodies, examples, errors."""
    form = Submission.model_json_schema()["properties"]
    fields = {
        name: {"type": "string", "description": form[name].get("description", "")} for name in form if name != "attachments"
    }
    for name in ("channel", "lang"):
        fields[name]["enum"] = next(part["enum"] for part in form[name]["anyOf"] if "enum" in part)
    fields["review"]["enum"] = ["true", "false"]
    fields["file"] = {"type": "array", "items": {"type": "string", "format": "binary"}, "description": "附件 / attachments"}
    schema = {"type": "object", "properties": fields, "additionalProperties": False, **_FILLED}
    responses: dict[int | str, dict[str, Any]] = {
        200: {"content": {"application/json": {"example": MASKED if what == "mask" else ANSWER}}}
    }
    for status, kinds in _REFUSED.items():
        shown = {kind.code: {"value": kind(**_VALUES).body("zh")} for kind in kinds}
        responses[status] = {
            "model": Error, "description": " / ".join(kind.code for kind in kinds), "content": {"application/json": {"examples": shown}},
        }  # fmt: skip
        if status == 503:
            responses[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "秒 / seconds"}}
    body = {
        "required": True,
        "content": {
            "application/json": {"schema": _inline(Submission.model_json_schema()), "examples": EXAMPLES},
            "multipart/form-data": {"schema": schema},
        },
    }
    return {"responses": responses, "openapi_extra": {"requestBody": body}}


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its one definition in place, since it stands by itself."""
    file = schema.pop("$defs")["File"]
    for part in schema["properties"]["attachments"]["anyOf"]:
        if "items" in part:
            part["items"] = file
    return schema
