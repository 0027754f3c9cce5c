"""The masks of deident as an operator of presidio-anonymizer.

    anonymizer.add_anonymizer(DeidentOperator)      # or register(anonymizer)
    anonymizer.anonymize(text, results, operators={"DEFAULT": OperatorConfig("deident")})

Results of DeidentRecognizer are hidden as the policy says: 52****************, 张**.  Of others the operator knows the name of the entity;
of the kinds with this name it takes the first whose form the value has, and that kind's own mask.

params   kind      id of a kind, instead of what was found
         keep      what is done where the verdict is to keep: "keep" (leave it, the default) or "mask"
         review    … where a person has to decide: "mask" (the default) or "keep"
         key       the agency's key (str or bytes) for policies with pseudonyms; data_set: within what they are the same
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import regex
from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator, OperatorType

from deident import catalog, masks
from deident.catalog import Catalogue, Mask
from deident.errors import InputError
from deident.integrations.presidio import names

NOTHING = Mask("suppress")
CHOICES = ("keep", "mask")


class DeidentOperator(Operator):
    """Hides a value by the mask of its kind or of the policy."""

    def operate(self, text: str | None = None, params: Mapping[str, Any] | None = None) -> str:
        """The value as it may be shown."""
        value, given = text or "", params or {}
        name = given.get("entity_type", "")
        action = getattr(name, "action", "") or "mask"
        if action != "mask" and given.get(action, "keep" if action == "keep" else "mask") == "keep":
            return value
        kind = given.get("kind")
        mask = _mask(kind) if kind else getattr(name, "mask", None) or _mask(_kind(str(name), value))
        if mask.form == "delete":  # where the policy deletes cells, there is none here
            mask = NOTHING
        key = given.get("key")
        sheet = masks.Sheet(key.encode() if isinstance(key, str) else key, given.get("data_set", ""))
        try:
            return _hidden(mask, value, sheet)
        except InputError as problem:
            raise InvalidParamError(str(problem)) from None

    def validate(self, params: Mapping[str, Any] | None = None) -> None:
        """Raises InvalidParamError for a kind that does not exist and an answer that is none."""
        given = params or {}
        if (kind := given.get("kind")) and kind not in _shipped().patterns:
            raise InvalidParamError(f"no kind '{kind}'; `deident list kinds` names them")
        for action in ("keep", "review"):
            if given.get(action, "keep") not in CHOICES:
                raise InvalidParamError(f"{action}={given[action]!r} is none of {', '.join(CHOICES)}")

    def operator_name(self) -> str:
        """deident."""
        return "deident"

    def operator_type(self) -> OperatorType:
        """It cannot be undone."""
        return OperatorType.Anonymize


def _hidden(mask: Mask, value: str, sheet: masks.Sheet) -> str:
    """The value with as little changed as its mask asks for, like deident's own: the mask reads it in normal form, and what it leaves
    stays as it is written."""
    plain, places = folded(value)
    start, end, new = masks.change(plain, masks.hide(mask, plain, sheet))
    if start == end:
        at = places[start] if start < len(places) else len(value)
        return value[:at] + new + value[at:]
    return value[: places[start]] + new + value[places[end - 1] + 1 :]


def folded(value: str) -> tuple[str, list[int]]:
    """A value in normal form as text/fold.py makes it of a page, and the place of each character of it in the value.

    >>> folded("１３\u200b8")
    ('138', [0, 1, 3])
    """
    signs, places = list[str](), list[int]()
    for place, sign in enumerate(value):
        kind, plain = unicodedata.category(sign), unicodedata.normalize("NFKC", sign)
        if kind == "Cf":
            continue
        if kind == "Pd":
            plain = "-"
        elif len(plain) != 1 or not (plain.isalnum() or plain in " *+./@_"):
            plain = sign
        signs.append(plain)
        places.append(place)
    return "".join(signs), places


@lru_cache(1)
def _shipped() -> Catalogue:
    return catalog.load()


@lru_cache(256)
def _expression(kind: str) -> regex.Pattern[str] | None:
    pattern = _shipped().patterns.get(kind)
    return regex.compile(pattern.regex, regex.ASCII | regex.V0) if pattern and pattern.regex else None


def _mask(kind: str) -> Mask:
    pattern = _shipped().patterns.get(kind)
    return pattern.mask if pattern else NOTHING


def _kind(name: str, value: str) -> str:
    """Of the kinds with a name the first whose form the value has, else the usual one."""
    candidates = names.kinds(name) if name in names.ENTITIES.values() else (names.FOUND.get(name, name.lower()),)
    plain, _ = folded(value)
    for kind in candidates if len(candidates) > 1 else ():
        expression = _expression(kind)
        if expression and (expression.fullmatch(plain) or expression.fullmatch(plain.replace(" ", "").replace("-", ""))):
            return kind
    return candidates[0]
