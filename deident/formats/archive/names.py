"""Names for what was saved from the web: host and path of its address as folders and a file, fit for any file system."""

from __future__ import annotations

import re

from deident.formats.escapes import percent

#: Media type → ending.  The first one stands for the type; others are left as they are.
ENDINGS = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/json": ".json", "text/json": ".json", "text/plain": ".txt",
    "text/dns": ".txt", "application/warc-fields": ".txt", "text/css": ".css", "text/csv": ".csv", "application/javascript": ".js",
    "text/javascript": ".js", "application/x-javascript": ".js", "text/xml": ".xml", "application/xml": ".xml", "application/rss+xml": ".xml",
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/svg+xml": ".svg", "image/webp": ".webp",
    "application/zip": ".zip", "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}  # fmt: skip
_KNOWN = re.compile(
    r"\.(?:html?|shtml|json|js|txt|csv|xml|pdf|jpe?g|png|gif|svg|webp|zip|rar|7z|tar|t?gz|docx?|xlsx?|pptx?|wps|et|ofd|rtf|css)\Z",
    re.I,
)
_SCHEMES = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9+.-]*:(?://)?)+")
_STRANGE = re.compile(r"[\0-\x1f\x7f:*?\"<>|\\]")
LONGEST = 100  # characters of a folder


class Names:
    """Gives every address a name of its own."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def name(self, uri: str, type: str) -> str:
        """host/path/file, percent codes decoded, without the query; `type`: the media type says how it ends."""
        bare = _SCHEMES.sub("", re.sub(r"[?#].*", "", uri.strip("<> "), flags=re.S))
        plain = _STRANGE.sub("_", percent(bare.encode("utf-8", "replace"))[0].decode("utf-8", "replace"))
        parts = [part[-LONGEST:].strip() for part in plain.split("/") if part.strip() not in ("", ".", "..")][-12:]
        if len(parts) < 2 or plain.endswith("/"):
            parts.append("index")
        ending = ENDINGS.get(type.partition(";")[0].strip().lower(), "")
        path = "/".join(parts)
        if ending and not _KNOWN.search(path):
            path += ending
        count = self._seen[path] = self._seen.get(path, 0) + 1
        if count > 1:
            stem, dot, end = path.rpartition(".")
            path = f"{stem}~{count}.{end}" if dot and "/" not in end else f"{path}~{count}"
        return path
