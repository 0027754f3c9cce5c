"""Findings and reports for tests of the report files."""

from __future__ import annotations

from deident.model import FileReport, Finding
from deident.report import Run, page
from deident.report.summary import Summary

RUN = Run("scan", "0.1", "gov-publish", "zh", "2025-11-22T05:00:00+08:00", 2.0, 4, 400, kinds={"resident_id": "居民身份证号码"},
          laws={"disclosure-15": "政府信息公开条例 第十五条"})  # fmt: skip


def finding(action: str = "mask", kind: str = "resident_id", category: str = "id_number", **more: object) -> Finding:
    values = {
        "reason": "须遮盖",
        "basis": ("disclosure-15",),
        "where": "line 7 @title",
        "preview": "11****",
        "tag": "a1b2c3d4e5f6",
    }
    return Finding(3, 21, kind, category, action, 0.97, "r", **{**values, **more})  # type: ignore[arg-type]


def report(file: str = "minzheng/a.html", *findings: Finding, status: str = "partial", **more: object) -> FileReport:
    return FileReport(file, "html", "gb18030", status, "social_assistance", 100, findings=list(findings), **more)  # type: ignore[arg-type]


def rendered(items: list[FileReport], run: Run = RUN) -> str:
    summary, listing = Summary(), page.Listing()
    for item in items:
        summary.add(item)
        listing.add(item)
    return page.render(summary, listing, run)
