"""Every text of the plug-in has its Chinese, and the compiled catalogue is that of the written one."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import deident

HOME = Path(deident.__file__).parent / "integrations" / "wagtail"
CHINESE = HOME / "locale" / "zh_Hans" / "LC_MESSAGES"
QUOTED = r'"((?:[^"\\]|\\.)*)"'


def said() -> set[str]:
    """All texts in code and templates."""
    found = set()
    for file in HOME.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "gettext_lazy") and node.args:
                found.add(ast.literal_eval(node.args[0]))
    for file in (HOME / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        found |= {one or other for one, other in re.findall(r"""{% trans (?:"([^"]+)"|'([^']+)') %}""", text)}
        for block in re.findall(r"{% blocktrans trimmed.*?%}(.*?)(?:{% plural %}.*?)?{% endblocktrans %}", text):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", block))
    return found


def test_the_catalogue_is_whole_and_compiled() -> None:
    written = (CHINESE / "django.po").read_text(encoding="utf-8")
    pairs = dict(re.findall(rf"^msgid {QUOTED}\n(?:msgid_plural .*\n)?msgstr(?:\[0\])? {QUOTED}$", written, re.MULTILINE))
    pairs.pop("")
    texts = said()
    assert len(texts) > 50 and texts == set(pairs), texts ^ set(pairs)
    with (CHINESE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for text, chinese in pairs.items():
        assert chinese and chinese in (compiled.gettext(text), compiled.ngettext(text, text, 1)), text
        assert sorted(re.findall(r"%\(\w+\)\w", text)) == sorted(re.findall(r"%\(\w+\)\w", chinese)), text
