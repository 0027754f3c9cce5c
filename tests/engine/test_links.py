"""Links to renamed files: every way to write them, what is no link, and which file is meant."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deident.engine import Scanner
from deident.engine.links import Links

OLD, NEW = "520121190803173052.html", "52________________.html"  # the example site's: nobody's
TABLE = {f"mzj/files/{OLD}": f"mzj/files/{NEW}"}


def followed(links: Links, text: str, base: str = "") -> str:
    view, out, at = text.encode(), b"", 0
    for link in links.find(view, lambda place: base):
        out += view[at : link.start] + link.new.encode()
        at = link.end
    return (out + view[at:]).decode()


@pytest.mark.parametrize("link", [
    "{}", "../files/{}", "/mzj/files/{}", "http://a.gov.cn/mzj/files/{}", "//a.gov.cn/mzj/files/{}?x=1#top", "附件：{}", "({})", "见{}。",
    "{},2", '"{}"', "go?url=%2Fmzj%2Ffiles%2F{}&a=b", "files\\{}", "{}\n{}", "/{}/",
])  # fmt: skip
def test_a_link_follows(link: str) -> None:
    assert followed(Links(TABLE), link.replace("{}", OLD)) == link.replace("{}", NEW)


@pytest.mark.parametrize("text", [f"1{OLD}", f"a_{OLD}", f"{OLD}.bak", f"{OLD}x", "520121190803173052.htm", "520121190803173052"])
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert followed(Links(TABLE), text) == text


def test_a_name_without_suffix_needs_a_slash() -> None:
    links = Links({"a/520121190803173052/x.html": "a/52_/x.html"})
    assert followed(links, "号码520121190803173052，见 /a/520121190803173052/x.html 和 a/520121190803173052") == (
        "号码520121190803173052，见 /a/52_/x.html 和 a/52_")  # fmt: skip


@pytest.mark.parametrize("code", ["utf-8", "gb18030"])
def test_percent_codes(code: str) -> None:
    links = Links({"附件/张三 520121190803173052.doc": "附件/张三 52____.doc"})
    for safe in ("", "!'()*~;,?:@&=+$"):
        old = quote("张三 520121190803173052.doc", safe=safe, encoding=code)
        new = quote("张三 52____.doc", encoding=code)
        assert followed(links, f"x/{old}?a") == f"x/{new}?a"
        assert followed(links, f"x/{old.lower()}?a") == f"x/{new}?a"


def test_the_place_of_the_link_says_which_file_is_meant() -> None:
    links = Links({f"a/{OLD}": "a/one.html", f"b/{OLD}": "b/two.html", f"b/c/{OLD}": "b/c/three.html"})
    for link, base, new in (
        (OLD, "a/x.html", "one.html"), (OLD, "b/x.html", "two.html"), (f"../a/{OLD}", "b/x.html", "../a/one.html"),
        (f"/b/{OLD}", "a/x.html", "/b/two.html"), (f"http://x.cn/b/c/{OLD}", "a/x", "http://x.cn/b/c/three.html"),
        (f"http://x.cn/site/b/{OLD}", "a/x", "http://x.cn/site/b/two.html"), (f"c/{OLD}", "b/x.html", "c/three.html"),
    ):  # fmt: skip
        assert followed(links, link, base) == new


def test_many_names_and_short_ones() -> None:
    table = {f"d/{number:018}.html": f"d/_{number}.html" for number in range(20_000)} | {"q1.x": "z.x"}
    links = Links(table)
    assert followed(links, f"a {7:018}.html q1.x q1.xy {19_999:018}.html") == "a _7.html z.x q1.xy _19999.html"


@given(st.text("5201/.%a \0张", max_size=80), st.text("5201.%a张", min_size=1, max_size=12))
def test_nothing_raises_and_nothing_else_changes(text: str, name: str) -> None:
    links = Links({name: "new"})
    last = 0
    for link in links.find(text.encode()):
        assert link.start >= last
        last = link.end
    if name not in text and "%" not in text:
        assert last == 0


@pytest.fixture(scope="module")
def scanner() -> Iterator[Scanner]:
    return Scanner()


@pytest.mark.parametrize(("name", "page"), [
    ("a.html", '<!DOCTYPE html><html><head><meta charset="{code}"></head><body><a href="../files/{old}?a=1#b">验收表</a>'
               "<img src='/mzj/files/{old}'><script>var u = \"\\/mzj\\/files\\/{old}\";</script><p>{old}</p><!-- {old} --></body></html>"),
    ("sitemap.xml", '<?xml version="1.0" encoding="{code}"?><urlset><url><loc>http://x.gov.cn/mzj/files/{old}</loc></url></urlset>'),
    ("a.json", '{{"附件": "http:\\/\\/x.gov.cn\\/mzj\\/files\\/{old}", "n": ["{old}"]}}'),
    ("a.csv", "名称,附件\r\n验收表,mzj/files/{old}\r\n二,\"/mzj/files/{old}\"\r\n"),
    ("a.txt", "请见 http://x.gov.cn/mzj/files/{old}。\n"),
])  # fmt: skip
@pytest.mark.parametrize("code", ["utf-8", "gbk"])
def test_every_format_writes_the_files_real_name(scanner: Scanner, name: str, page: str, code: str) -> None:
    data = page.format(old=OLD, code=code).encode(code)
    masked, report = scanner.mask_many([(f"mzj/202405/{name}", data)], TABLE)[0]
    assert masked == page.format(old=NEW, code=code).encode(code)
    assert report.status == "masked"


def test_a_value_in_a_link_to_somewhere_else_is_only_masked(scanner: Scanner) -> None:
    masked, _ = scanner.mask_many(
        [("a.html", b'<html><a href="/x/520121190803173052.jpg">a</a> <a href="%s">b</a></html>' % OLD.encode())], TABLE
    )[0]
    assert masked == b'<html><a href="/x/52****************.jpg">a</a> <a href="%s">b</a></html>' % NEW.encode()
