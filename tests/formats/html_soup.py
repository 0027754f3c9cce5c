"""Random tag soup for the HTML tests."""

from __future__ import annotations

import random

PARTS = (
    (
        '<td> </td> <tr> </tr> <th> <table> </table> <p> </p> <b> </b> <br> <br/> </div> <span> </span> <td§colspan=3> <td§rowspan="2"> '
        "<td§colspan='60'§rowspan=3> <TD§ROWSPAN=2> <pre> </pre> <!-- --> <!--§a§--> <script> </script> <style> </style> <title> </title> "
        "<a§href=\"x>y\"> <a§title='<b>'> <o:p> < > \" ' &nbsp; &amp &#49; &#x4e2d; &lt; &bogus; & 张三 1101 a / = <!doctype§html> <?x?> </ "
        "<x-y> &ngE; &#1; &#10; <img§src=a> <!--> <textarea> </textarea> <p/> <! <td colspan=2"
    )
    .replace("§", "\N{NO-BREAK SPACE}")
    .split(" ")
)
PARTS = [part.replace("\N{NO-BREAK SPACE}", " ") for part in PARTS] + [
    "\n",
    "\t",
    "  ",
    "\r\n",
    "\0",
    " " * 9,
    "\n" + " " * 20,
    "</p\n>",
]
VALUES = [
    "13900000000", "张三", "a@example.com", "%D5%C5", "%E5%BC%A0", "\\u5f20", "&#49;&#51;900000000", "139 0000 0000", "x", "100%", "#333333",
    "/2024/t20240101_1234567.html", "tel:07310000000", "0731-0000000", "javascript:void(0)", "1", "宋体", "data:text/plain;base64,MTM5MDAwMDAwMDA=",
]  # fmt: skip
NAMES = "title alt href src value style class data-x onclick content placeholder id face ALT srcdoc".split()
QUOTES = ['"{}"', "'{}'", "{}", ' "{}"']


def soup(rng: random.Random, most: int) -> bytes:
    """Up to `most` parts, in any order, in NUL-ended pages."""
    return "".join(rng.choice(PARTS) for _ in range(rng.randint(0, most))).encode() + b"\0"


def tag(rng: random.Random) -> str:
    """A tag with random attributes."""
    pairs = (f" {rng.choice(NAMES)}={rng.choice(QUOTES).format(rng.choice(VALUES))}" for _ in range(rng.randint(0, 4)))
    return f"<{rng.choice(['a', 'p', 'meta name=x', 'input', 'td', 'img'])}{''.join(pairs)}>"


def page(rng: random.Random) -> bytes:
    """Tags with attributes, scripts, comments and text."""
    out: list[str] = []
    for _ in range(rng.randint(1, 30)):
        value = rng.choice(VALUES)
        out.append(
            rng.choice([
                tag(rng), tag(rng), tag(rng), value, rng.choice(PARTS[:60]), f"<!-- {value} -->", f"<!--<p {value}>{value}</p>-->",
                f'<script>var a={{"k": "{value}", tel: {value}}};</script>', f"<script>f('{value[:4]}' + '{value[4:]}')</script>",
                f'<style>p{{content:"{value}"}} /* {value} */</style>', f'<script>x(atob("MTM5MDAwMDAwMDA="),"{value}")</script>',
            ])
        )  # fmt: skip
    return "".join(out).replace("\0", " ").encode()
