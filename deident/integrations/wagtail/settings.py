"""The setting DEIDENT of the Django site, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.conf import settings as django
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Settings:
    """DEIDENT = {"URL": …, "KEY": …}; each name in capital letters.

    url, key      the hook (`deident serve`); without url the library judges in this process
    timeout       seconds to wait for the hook
    fail_open     publish, with a warning, when no verdict can be had; False: do not publish
    channel       where the site's pages appear (the hook's `channel`)
    lang          "zh" or "en" of reasons; "": the language of the person at the screen
    policy, patterns, suppressions, ner    of deident.Scanner, for judging in this process
    max_mb        a linked file larger than this is not read; nothing that was not read is cleared
    files         the most linked files that are read for one page
    images        whether linked pictures are read (without the extra `ocr` none can be)
    """

    url: str = ""
    key: str = ""
    timeout: float = 30.0
    fail_open: bool = False
    channel: str = "site"
    lang: str = ""
    policy: str = "gov-publish"
    patterns: str | None = None
    suppressions: str | None = None
    ner: object | None = None
    max_mb: float = 20.0
    files: int = 20
    images: bool = True


def read() -> Settings:
    """The settings as they are now.  Raises ImproperlyConfigured for a name that is none."""
    given = getattr(django, "DEIDENT", {})
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured("DEIDENT must be a dictionary; see docs/wagtail.md")
    known = [field.name.upper() for field in fields(Settings)]
    if unknown := [name for name in given if name not in known]:
        raise ImproperlyConfigured(f"DEIDENT has no setting {unknown[0]!r}; there are {', '.join(known)}")
    for name in ("FAIL_OPEN", "IMAGES"):  # the word "False" would be true
        if not isinstance(given.get(name, False), bool):
            raise ImproperlyConfigured(f"DEIDENT[{name!r}] must be True or False")
    return Settings(**{name.lower(): value for name, value in given.items()})
