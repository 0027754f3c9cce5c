"""Invented people as rows of tables, for the tests of data frames."""

from __future__ import annotations

import random
from collections.abc import Iterator

HEAD = ("姓名", "身份证号", "联系电话", "家庭住址", "银行卡号", "补贴金额")
WEIGHTS, SIGNS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"


def resident_id(random: random.Random) -> str:
    """A valid number of somebody born before 1910."""
    body = f"520102190{random.randrange(10)}{random.randrange(1, 13):02}{random.randrange(1, 29):02}{random.randrange(1000):03}"
    return body + SIGNS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def rows(count: int, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Rows under HEAD."""
    own = random.Random(seed)
    for _ in range(count):
        yield (
            own.choice("陈罗王李张刘杨邵凌胥") + own.choice("一二三四五明芳兴全云") + own.choice("霞定国小丽"),
            resident_id(own), "1" + own.choice(["38", "99", "36", "58"]) + f"{own.randrange(10**8):08}",
            f"青溪县马官镇余官村岩脚组{own.randrange(1, 99)}号", f"62220210{own.randrange(10**11):011}", str(own.randrange(100, 3000)),
        )  # fmt: skip


def columns(count: int, seed: int = 1) -> dict[str, list[str]]:
    """The same by column."""
    return {name: list(column) for name, column in zip(HEAD, zip(*rows(count, seed), strict=True), strict=True)}
