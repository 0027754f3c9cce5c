"""What the reports have to know of the scanner: names, laws, exemptions, periods, the site's list."""

from __future__ import annotations

from typing import Any

from deident import report, tagger
from deident.crawl.work import ScannerLike
from deident.report import Exempted, Expired, Period


def untagged(ner: object | None) -> bool:
    """Whether names and telling phrases go by rules alone only because the extra is not installed."""
    return ner is None and not tagger.installed()


def about(scanner: ScannerLike, lang: str) -> dict[str, Any]:
    """The fields of report.Run that come from the scanner, in the reader's language."""
    policy, listed = scanner.policy, scanner.suppressions
    return {
        "kinds": report.kind_names(scanner.catalogue.patterns, lang),
        "laws": report.law_names(scanner.catalogue.laws, lang),
        "types": {type.id: type.name[lang] for type in policy.types.values()},
        "marks": {mark.id: mark.name[lang] for mark in scanner.secrecy.marks},
        "exemptions": {e.id: Exempted(e.type, e.category, e.group, e.reason[lang], e.basis) for e in policy.exemptions},
        "periods": {
            type.id: Period(type.publish.audience, type.publish.publicity_days, type.publish.after_period, type.publish.basis)
            for type in policy.types.values()
        },
        "suppressions": listed.file,
        "expired": tuple(Expired(entry.name, entry.owner, entry.expires.isoformat()) for entry in listed.expired),
    }
