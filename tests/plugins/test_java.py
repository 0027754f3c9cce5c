"""The Java client: compiled without a warning for Java 11, run against the real hook."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from plugins.hook_server import Hook, hook
from plugins.ports import broken, free_port, silent

SOURCES = Path(__file__).parents[2] / "plugins/java"
pytestmark = pytest.mark.skipif(shutil.which("javac") is None, reason="a JDK (11 or newer) is needed: javac is missing")

ID = "52010219010315904X"
HOTLINE = "0851-85550101"
TITLE = "低保对象公示"
DIRTY = f"<p>𠮷野家🙂 “引号” \\ \t身份证号：{ID}，监督电话：{HOTLINE}。</p>\n"
CLEAN = f"<p>𠮷野家🙂 监督电话：{HOTLINE}。</p>\n"
LOCALE = {"LC_ALL": "C.UTF-8"}  # Java takes its arguments in the encoding of the locale


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("classes")
    sources = [*sorted(SOURCES.glob("src/**/*.java")), *sorted((Path(__file__).parent / "java").rglob("*.java"))]
    strict = ["--release", "11", "-Xlint:all", "-Xdoclint:all,-missing", "-Werror", "-encoding", "UTF-8"]
    done = subprocess.run(["javac", *strict, "-d", out, *sources], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return out


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hook]:
    with hook(tmp_path_factory.mktemp("hook")) as running:
        yield running


class Run:
    """What PublishExample did."""

    def __init__(self, classes: Path, page: Path, html: str, url: str, key: str, *options: object) -> None:
        page.write_text(html, encoding="utf-8", newline="")
        command = [
            "java",
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes,
            "cn.deident.PublishExample",
            *map(str, options),
            TITLE,
            page,
        ]
        environment = os.environ | LOCALE | {"DEIDENT_URL": url, "DEIDENT_KEY": key}
        done = subprocess.run(command, capture_output=True, env=environment, check=False, timeout=60)
        self.code, self.site, self.editor = done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def test_blocked_says_why_and_quotes_nothing(classes: Path, served: Hook, page: Path) -> None:
    run = Run(classes, page, DIRTY, *served)
    assert (run.code, run.site) == (1, "")
    for words in ("不能发布", "@page", "居民身份证号码", "52****************", "政府信息公开条例"):
        assert words in run.editor
    assert ID not in run.editor and HOTLINE not in run.editor
    assert len(run.editor.strip().splitlines()) == 2  # what may stay is not listed


def test_publishable_and_masked_round_trip(classes: Path, served: Hook, page: Path) -> None:
    run = Run(classes, page, CLEAN, served.url + "/", served.key)
    assert (run.code, run.site) == (0, CLEAN) and "可以发布" in run.editor
    run = Run(classes, page, DIRTY, *served, "--mask")
    assert run.code == 0 and ID not in run.site
    before, after = DIRTY.split(ID)
    assert run.site.startswith(before) and run.site.endswith(after)  # every other character as it was


def test_english_and_attachments(classes: Path, served: Hook, page: Path, tmp_path: Path) -> None:
    listed = tmp_path / "名单.csv"
    listed.write_text(f"姓名,身份证号\n王小明,{ID}\n", encoding="utf-8")
    run = Run(classes, page, CLEAN, *served, "--en", "--attach", listed)
    assert run.code == 1 and "must not be published" in run.editor and "名单.csv" in run.editor and ID not in run.editor
    broken = tmp_path / "x.pdf"
    broken.write_bytes(b"%PDF-1.7 broken")
    assert Run(classes, page, CLEAN, *served, "--attach", broken).code == 3


def test_down_is_closed_unless_the_site_is_open(classes: Path, page: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    run = Run(classes, page, DIRTY, url, "k")
    assert (run.code, run.site) == (3, "") and "无法连接检查服务" in run.editor
    run = Run(classes, page, DIRTY, url, "k", "--open", "--en")
    assert (run.code, run.site) == (0, DIRTY) and "cannot be reached" in run.editor


def test_wrong_key_and_content_that_is_refused(classes: Path, served: Hook, page: Path, tmp_path: Path) -> None:
    assert "密钥" in Run(classes, page, CLEAN, served.url, "wrong").editor
    large = tmp_path / "large.txt"
    large.write_bytes(b"0 " * 16_000_000)
    run = Run(classes, page, CLEAN, *served, "--open", "--attach", large)  # closed all the same: the hook works
    # the hook may end the connection before all is sent: then no answer can be read
    assert (run.code, run.site) == (3, "") and ("无法接收" in run.editor or "内容可能过大" in run.editor)


def test_a_connection_that_breaks_off_is_closed_on_every_site(classes: Path, page: Path) -> None:
    with broken() as url:
        run = Run(classes, page, CLEAN, url, "k", "--open")
    assert (run.code, run.site) == (3, "") and "中断" in run.editor


def test_a_silent_hook_is_not_waited_for(classes: Path, page: Path) -> None:
    with silent() as url:
        run = Run(classes, page, CLEAN, url, "k", "--seconds", "0.5")
    assert (run.code, run.site) == (3, "") and "没有及时答复" in run.editor


@pytest.mark.parametrize("arguments", [[], ["--nothing", "t", "p"], ["--seconds"], ["--seconds", "x", "t", "p"]], ids=str)
def test_wrong_usage(classes: Path, arguments: list[str]) -> None:
    environment = os.environ | {"DEIDENT_URL": "http://127.0.0.1:1", "DEIDENT_KEY": "k"}
    done = subprocess.run(
        ["java", "-cp", classes, "cn.deident.PublishExample", *arguments], capture_output=True, env=environment, check=False
    )
    assert done.returncode == 2 and b"DEIDENT_URL" in done.stderr


# ---- JSON


def lines(classes: Path, given: list[str]) -> list[str]:
    typed = "\n".join(given).encode()
    done = subprocess.run(
        ["java", "-cp", classes, "cn.deident.JsonLines"], input=typed, capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode().split("\n")[:-1]  # not splitlines(): U+2028 is no end of a line here


def test_json_says_the_same_again(classes: Path) -> None:
    invent = random.Random(6)
    signs = 'aé\\"/\b\f\n\r\t\x00\x1f\x7f\u2028姓名𠮷🙂{}[]:, '

    def value(depth: int) -> object:
        kind = invent.randrange(7 if depth < 5 else 5)
        if kind == 5:
            return [value(depth + 1) for _ in range(invent.randrange(4))]
        if kind == 6:
            return {text(): value(depth + 1) for _ in range(invent.randrange(4))}
        return [None, invent.random() < 0.5, invent.randrange(-(10**17), 10**17), invent.uniform(-1e9, 1e9), text()][kind]

    def text() -> str:
        return "".join(invent.choices(signs, k=invent.randrange(12)))

    values = [value(0) for _ in range(500)]
    given = [json.dumps(one, ensure_ascii=number % 2 == 0) for number, one in enumerate(values)]
    assert [json.loads(line) for line in lines(classes, given)] == values


def test_json_that_is_none(classes: Path) -> None:
    good = ["[" * 100 + "]" * 100, '"\\ud842\\udfb7"', " \t[1 , 2]\r", "-0.5e+3", "12345678901234567890", '{"a":1,"a":2}']
    bad = [
        "", "[" * 102 + "]" * 102, "[" * 100_000, '{"a":' * 100_000, "[1,]", '{"a":1,}', "{a:1}", "'a'", '"a', '"\\x"', '"\\u12"', '"\\u12g4"', '"\\uFF１0"',
        "01", "1.", ".5", "1e", "+1", "--1", "NaN", "Infinity", "tru", "truex", "nul", "1 2", "[1 2]", '{"a" 1}', '{"a":}', '"a\tb"', "\ufeff1", "]", "}",
    ]  # fmt: skip
    got = lines(classes, good + bad)
    assert got[: len(good)] == ["[" * 100 + "]" * 100, '"𠮷"', "[1,2]", "-500.0", "1.2345678901234567E19", '{"a":2}']
    assert got[len(good) :] == ["!"] * len(bad)
    assert lines(classes, ['"\\ud842 x \\udfb7"']) == ['"\ufffd x \ufffd"']  # halves of a pair have no form in UTF-8


# ---- the documentation


@pytest.mark.parametrize("document", [SOURCES / "README.md", SOURCES.parents[1] / "docs/java.md"], ids=lambda path: path.name)
def test_the_documented_code_compiles(classes: Path, document: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```java\n(.*?)```", document.read_text(encoding="utf-8"), re.S)
    assert blocks
    for block in blocks:
        around = "import cn.deident.*; import java.net.URI; import java.time.Duration; abstract class Cms { %s }\n"
        own = "abstract void save(String html); abstract void show(String words); abstract void goOnline(); String title, html, user; boolean maskFirst; %s"
        body = block if "void publish" in block else f"void act() {{ {block} }}"
        (tmp_path / "Cms.java").write_text(around % (own % body), encoding="utf-8")
        done = subprocess.run(
            ["javac", "--release", "11", "-encoding", "UTF-8", "-cp", classes, "-d", tmp_path, tmp_path / "Cms.java"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
