"""Texts and documents for the laws: fragments of official texts, values of all kinds, separators, tables, junk.

Every value is made up: IDs of people born 1900-1912, mobiles with 0000 in the middle.  `Maker` makes them from a seeded
`random.Random` (for long runs by hand); the Hypothesis strategies draw from the same tables and shrink.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import escape

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from deident import catalog

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def resident_id(chance: random.Random) -> str:
    body = chance.choice(("110105", "520102", "430104", "441900", "650102"))
    body += f"{chance.randrange(1900, 1913)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}{chance.randrange(1000):03}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def mobile(chance: random.Random) -> str:
    return f"{chance.choice(('138', '139', '152', '177', '186', '199'))}0000{chance.randrange(10000):04}"


def bank_card(chance: random.Random) -> str:
    body = chance.choice(("621700", "622848", "621226", "622202")) + "".join(str(chance.randrange(10)) for _ in range(12))
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def landline(chance: random.Random) -> str:
    code = chance.choice(("0851", "010", "0731", "(0851)", "（010）"))
    return code + chance.choice(("-", " ", "")) + f"{chance.randrange(2, 9)}550{chance.randrange(1000, 10000)}"


def name(chance: random.Random) -> str:
    return chance.choice(("鲁定国", "胥云霞", "欧阳映雪", "钟某", "李某某", "王*", "冉光辉", "司马青"))


def address(chance: random.Random) -> str:
    return chance.choice(
        (
            f"青溪县马官镇余官村岩脚组{chance.randrange(1, 99)}号",
            f"云岩区中华路{chance.randrange(1, 99)}号3栋2单元{chance.randrange(101, 999)}室",
            f"老街村{chance.randrange(1, 9)}组",
        )
    )


def born(chance: random.Random) -> str:
    year, month, day = chance.randrange(1900, 1913), chance.randrange(1, 13), chance.randrange(1, 29)
    return chance.choice((f"{year}年{month}月{day}日", f"{year}-{month:02}-{day:02}", f"{year}.{month}", f"{year}/{month}/{day}"))


def amount(chance: random.Random) -> str:
    return chance.choice(
        (f"{chance.randrange(10**7)}.00元", f"{chance.randrange(10**6)}", f"{chance.random() * 1e9:.2f}", "12345")
    )


def digits(chance: random.Random) -> str:
    return "".join(
        chance.choice("0123456789") for _ in range(chance.choice((5, 6, 7, 8, 9, 11, 12, 15, 16, 18, 19, 20, 28, 40, 70)))
    )


def mail(chance: random.Random) -> str:
    return f"{chance.choice(('lin.ayi', 'zhong_1902', '10000001'))}@{chance.choice(('qq.com', 'example.cn', 'mail.gov.cn'))}"


def hidden(chance: random.Random) -> str:
    return chance.choice(
        ("138****0000", "1380000****", "110105********0017", "6217***********8", "110105190001010*17", "尾号0000", "王**")
    )


def other(chance: random.Random) -> str:
    return chance.choice(
        ("E00000001", "G00000002", "H0000000001", "贵A·00001", "91520102MA6DL00000", "微信 lin_ayi1900", "12345", "12348", "（2019）黔0102民初1号",
         "QQ：100000001", "三级肢体残疾", "已婚", "高血压病", "离异", "壹叁捌零零零零零零零一", "一三八零零零零一二三四", "lin(at)qq.com",
         "40008800", "4000000000", "400-000-0000", "800 820 0000")
    )  # fmt: skip


VALUES: tuple[Callable[[random.Random], str], ...] = (
    resident_id, mobile, bank_card, landline, name, address, born, amount, digits, mail, hidden, other,
)  # fmt: skip

CUES = (
    "身份证号：", "公民身份号码", "联系电话：", "监督电话：", "咨询电话", "手机 ", "开户行：农行，账号", "银行卡号 ", "姓名：", "【姓名】", "家庭住址：", "住",
    "出生日期：", "出生年月", "微信：", "QQ：", "邮箱：", "护照号码：", "车牌号", "残疾证号：", "军官证", "准考证号：", "统一社会信用代码：", "患有", "婚姻状况：",
    "举报电话：", "本人", "配偶", "财政局", "合同编号：", "流水号", "金额", "不动产权证号", "执法证号", "病历号：", "住院号", "社保卡号：", "的", "，", "。",
    "关于鲁定国等人的公示\n", "青溪县人民政府办公室\n", "任前公示\n", "根据《条例》有关规定，现将名单公示如下：\n", "被执行人", "（", "）", "(", ")", "：", ":",
)  # fmt: skip
SEPARATORS = (
    "", " ", "\t", "\n", "\r\n", "\n\n", "-", "—", "·", ".", "/", "、", "　", "\u00a0", "\u200b", "\ufeff", "\u00ad", "\u202a", "*", "_", "=", "@", ",",
    "，", "|", "；", ";", "<", "&", '"', "'", "\\", "%", "×", "X", "x", "Ⅹ", "元", "人", "号", "\0", "é", "😀", "⽉", "⺟", "0", "1", "A",
)  # fmt: skip
HEADERS = (
    "序号",
    "姓名",
    "身份证号",
    "联系电话",
    "银行卡号",
    "出生年月",
    "住址",
    "金额",
    "备注",
    "账号",
    "性别",
    "科室",
    "办公电话",
    "残疾等级",
    "微信号",
)


def _examples() -> tuple[str, ...]:
    return tuple(
        example.text.replace("«", "").replace("»", "")
        for pattern in catalog.load().patterns.values()
        for example in pattern.examples
    )


EXAMPLES = _examples()


def written(value: str, chance: random.Random) -> str:
    """The value as people write it: full width, in groups, with zero-width characters, broken over lines, glued."""
    way = chance.randrange(14)
    if way == 0:
        return value.translate(_WIDE)
    if way == 1:
        cut = chance.randrange(1, max(2, len(value)))
        return value[:cut] + chance.choice(SEPARATORS) + value[cut:]
    if way == 2:
        size = chance.choice((3, 4, 6))
        return chance.choice((" ", "-", ".", "·", "\n", "\u200b")).join(value[i : i + size] for i in range(0, len(value), size))
    if way == 3:
        return "".join(c + ("\u200b" if chance.random() < 0.2 else "") for c in value)
    if way == 4:
        return value.lower()
    if way == 5:
        return value[:3] + "-" + value[3:7] + "-" + value[7:]
    return value


def value(chance: random.Random) -> str:
    """A value of any kind, written in some way."""
    return written(chance.choice(VALUES)(chance), chance)


def text(chance: random.Random, size: int = 0) -> str:
    """A text of some pieces."""
    return "".join(piece(chance) for _ in range(size or chance.randrange(1, 14)))


def piece(chance: random.Random) -> str:
    """A value, a cue, a separator, an example of the catalogue, a table or junk."""
    what = chance.random()
    if what < 0.35:
        return value(chance)
    if what < 0.6:
        return chance.choice(CUES)
    if what < 0.82:
        return chance.choice(SEPARATORS)
    if what < 0.92:
        return chance.choice(EXAMPLES)
    if what < 0.97:
        return table(chance)
    return "".join(
        chr(chance.choice((chance.randrange(32, 127), chance.randrange(0x4E00, 0x9FA5), chance.randrange(1, 0xD7FF))))
        for _ in range(6)
    )


def table(chance: random.Random, tab: str = "\t") -> str:
    """Rows of cells under headers."""
    headers = [chance.choice(HEADERS) for _ in range(chance.randrange(2, 6))]
    rows = [headers] + [[value(chance) for _ in headers] for _ in range(chance.randrange(1, 5))]
    return "\n" + "\n".join(tab.join(cell.replace(tab, " ").replace("\n", " ") for cell in row) for row in rows) + "\n"


def entities(value: str, chance: random.Random) -> str:
    """HTML: the characters partly as entities."""
    return "".join(f"&#{ord(c)};" if (r := chance.random()) < 0.2 else f"&#x{ord(c):x};" if r < 0.3 else escape(c) for c in value)


def page(chance: random.Random) -> str:
    """A page of HTML: paragraphs, tables, attributes, comments, scripts."""
    parts = [chance.choice(("", "<!DOCTYPE html>")), "<html><head><title>", escape(text(chance, 2)), "</title></head><body>"]
    for _ in range(chance.randrange(1, 7)):
        one, two = value(chance), text(chance, 3)
        parts.append(
            chance.choice(
                (
                    f"<p>{escape(two)}</p>", f"<!-- {two.replace('--', '')} -->", f'<a href="tel:{escape(one)}" title="{escape(two)}">拨打</a>',
                    f"<p>{escape(two)}{entities(one, chance)}</p>", f"<script>var a = {json.dumps(two)}, b = '{one}';</script>",
                    f'<input type="hidden" value="{entities(one, chance)}">', f"<p>{escape(one[:3])}<b>{escape(one[3:])}</b></p>",
                    f"<div data-x='{json.dumps({'身份证号': one})}'>{escape(two)}</div>", f"<p>{two}</p>",
                    "<table>" + "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.split("\t")) + "</tr>"
                                        for row in table(chance).strip().split("\n")) + "</table>",
                    f'<a href="/x?sfz={"".join(f"%{b:02X}" for b in one.encode())}">x</a>', f"<textarea>{escape(two)}</textarea>",
                )
            )
        )  # fmt: skip
    return "".join(parts) + chance.choice(("</body></html>", ""))


def sheet(chance: random.Random) -> str:
    """CSV with quoted fields."""
    headers = [chance.choice(HEADERS) for _ in range(chance.randrange(2, 6))]
    rows = [headers] + [[chance.choice((value, value, text))(chance) for _ in headers] for _ in range(chance.randrange(2, 6))]

    def cell(one: str) -> str:
        if any(c in one for c in ',"\n\r'):
            return '"' + one.replace('"', '""') + '"'
        return chance.choice((one, one, f'"{one}"', f'="{one}"'))

    return "\r\n".join(",".join(map(cell, row)) for row in rows) + "\r\n"


def data(chance: random.Random) -> str:
    """JSON: numbers, strings, HTML and JSON in strings."""

    def leaf() -> object:
        one = value(chance)
        kind = chance.randrange(7)
        if kind == 0:
            return int("1" + "".join(c for c in one if c in "0123456789")[:18])
        if kind == 1:
            return int(mobile(chance))
        if kind == 2:
            return f"<p>{escape(text(chance, 2))}<b>{escape(one)}</b></p>"
        if kind == 3:
            return json.dumps({"电话": one, "n": int(mobile(chance))}, ensure_ascii=chance.random() < 0.5)
        if kind == 4:
            return text(chance, 2)
        return one

    rows = [{chance.choice(HEADERS): leaf() for _ in range(3)} for _ in range(chance.randrange(1, 5))]
    whole = chance.choice((rows, {"title": text(chance, 1), "rows": rows}, {"t": [[leaf() for _ in range(3)] for _ in range(3)]}))
    return json.dumps(whole, ensure_ascii=chance.random() < 0.5, indent=chance.choice((None, 1)))


def feed(chance: random.Random) -> str:
    """XML: leaves, attributes, comments, CDATA, escaped HTML."""
    parts = ['<?xml version="1.0"?><rss><channel><title>', escape(text(chance, 1)), "</title>"]
    for _ in range(chance.randrange(1, 5)):
        one, two = value(chance), text(chance, 2)
        inner = f"<p title='{escape(two)}'>{escape(two)}<i>{entities(one, chance)}</i></p>"
        parts.append(
            chance.choice(
                (f"<item><sfz>{escape(one)}</sfz><d>{escape(inner)}</d></item>", f"<item tel={json.dumps(escape(one))}/>",
                 f"<item><![CDATA[{inner.replace(']]>', '')}]]></item>", f"<item><!-- {two.replace('--', '')} --><n>{entities(one, chance)}</n></item>")
            )
        )  # fmt: skip
    return "".join(parts) + "</channel></rss>"


#: Format → (file name, maker).
DOCUMENTS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "plain": ("a.txt", text), "delimited": ("b.csv", sheet), "json": ("c.json", data), "markup": ("d.xml", feed), "html": ("e.html", page),
}  # fmt: skip
ENCODINGS = ("utf-8", "gb18030", "utf-8-sig", "utf-16")


def document(format: str, chance: random.Random) -> tuple[str, bytes]:
    """(name, bytes) of a document of this format in some encoding."""
    file, make = DOCUMENTS[format]
    return file, make(chance).encode(chance.choice(ENCODINGS), "replace")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The data with some bytes changed, removed, repeated, moved."""
    for _ in range(chance.randrange(1, 6)):
        at, size = chance.randrange(len(data) + 1), chance.randrange(12)
        new = chance.choice(
            [
                b"",
                bytes([chance.randrange(256)]),
                data[at : at + size] * 2,
                data[:size],
                b'"',
                b"<",
                b"\0",
                b"\n",
                b"&#",
                b"\xff",
                b"\\u",
            ]
        )
        data = data[:at] + new + data[at + size :]
    return data


SEEDS = st.integers(0, 1 << 30)
values = st.builds(lambda make, seed: written(make(random.Random(seed)), random.Random(seed)), st.sampled_from(VALUES), SEEDS)
pieces = st.one_of(
    values, values, st.sampled_from(CUES), st.sampled_from(SEPARATORS), st.sampled_from(EXAMPLES), st.text(max_size=6),
    st.builds(lambda seed: table(random.Random(seed)), SEEDS),
)  # fmt: skip
#: Texts of any kind.
texts = st.lists(pieces, max_size=10).map("".join)
#: The same as UTF-8, and bytes of any kind.
views = st.one_of(texts.map(lambda one: one.encode("utf-8", "replace")), st.binary(max_size=200))

_ALWAYS = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
#: How often a law is tried: cheap ones, ones through the whole engine.
many = settings(_ALWAYS, max_examples=150)
few = settings(_ALWAYS, max_examples=50)
