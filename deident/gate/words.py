"""What the gate says about a submission, in Chinese and English.  No sentence takes anything from its content."""

from __future__ import annotations

from deident.report.messages import pick

VERDICTS = ("publishable", "review", "blocked", "incomplete")

WORDS: dict[str, tuple[str, str]] = {
    # verdicts
    "publishable": ("可以发布：没有须脱敏或复核的内容。", "It may be published: nothing is to be masked or reviewed."),
    "blocked": (
        "不能发布：{mask} 处须脱敏，{review} 处需人工复核。",
        "It must not be published: {mask} places to mask, {review} to review.",
    ),
    "blocked_name": (
        "不能发布：有附件的文件名含个人信息。",
        "It must not be published: the name of an attachment holds personal information.",
    ),
    "review": ("需人工复核后才能发布：{review} 处需判断。", "A person must decide before it is published: {review} places."),
    "review_reasons": ("需人工复核后才能发布：{why}。", "A person must decide before it is published: {why}."),
    "incomplete": (
        "不能视为没有问题：有内容未能检查（{why}）。",
        "It is not cleared: something could not be scanned ({why}).",
    ),
    # reasons
    "page": ("页面", "the page"),
    "of": ("{file}：{why}", "{file}: {why}"),
    "channel": (
        "“{type}”按规定发布在{known}，不发布在{channel}",
        "“{type}” is published on {known} by the policy, not on {channel}",
    ),
    # what cannot be a submission
    "not_object": ("请求内容须为 JSON 对象。", "The content must be a JSON object."),
    "unknown_field": (
        "{place}有未知的字段；可用的字段：{known}。",
        "{place}there is a field that is not known; fields are {known}.",
    ),
    "wrong_kind": ("字段 {field} 的类型应为 {kind}。", "The field {field} must be of the type {kind}."),
    "wrong_choice": ("字段 {field} 的取值应为：{known}。", "The field {field} must be one of {known}."),
    "half_character": (
        "字段 {field} 含有不完整的字符（单独的代理码位）。",
        "The field {field} holds half a character (a lone surrogate).",
    ),
    "not_base64": ("字段 {field} 不是 base64。", "The field {field} is not base64."),
    "wrong_name": (
        "字段 {field} 应为文件名：1 至 {most} 个字符，不含控制字符。",
        "The field {field} must be a file's name: 1 to {most} characters, no control characters.",
    ),
    "two_pages": ("html 和 text 只能有一个。", "Give html or text, not both."),
    "nothing": ("html、text、attachments 至少要有一个。", "Give at least one of html, text and attachments."),
    "no_type": (
        "没有这种文档类型；有：{types}，以及 unknown。",
        "There is no such document type; there are {types}, and unknown.",
    ),
}

CHANNEL_NAMES: dict[str, tuple[str, str]] = {
    "site": ("网站", "the web site"),
    "wechat": ("微信", "WeChat"),
    "weibo": ("微博", "Weibo"),
    "app": ("客户端", "the app"),
    "gazette": ("公报", "the gazette"),
    "opendata": ("开放平台", "the open data platform"),
    "board": ("公开栏", "the notice board"),
    "reply": ("答复", "the reply to the applicant"),
}


def say(lang: str, key: str, **values: object) -> str:
    """The sentence `key` with `values` filled in: counts, and names of fields, types and channels."""
    return pick(lang, WORDS[key]).format(**values)


def joined(lang: str, parts: list[str]) -> str:
    """Some words one after the other."""
    return ("、" if lang != "en" else ", ").join(parts)
