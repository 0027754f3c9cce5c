"""Recognised boxes become text: rows, cells of tables, paragraphs, whichever way the page lies."""

from __future__ import annotations

import numpy as np
import pytest
from formats.pictures import NAME, TEL, line

from deident.formats.image import ocr
from deident.formats.image.lines import arrange

HEAD = ("姓名", "身份证号", "联系电话")
ROWS = (("鲁定国", "110105190001010010", "13800000000"), ("欧阳雪", "110105190001010029", "13900000000"))
COLUMNS = (100, 220, 520)


def at(text: str, left: float, top: float) -> ocr.Line:
    return line(text, left, top, left + sum(20 if letter > "\u2e7f" else 11 for letter in text), top + 26)


def table(top: float = 100) -> list[ocr.Line]:
    return [
        at(cell, x, top + 50 * row) for row, cells in enumerate((HEAD, *ROWS)) for x, cell in zip(COLUMNS, cells, strict=True)
    ]


def text(lines: list[ocr.Line]) -> str:
    return "".join(piece.text for piece in arrange(lines))


def turned(lines: list[ocr.Line], degrees: float) -> list[ocr.Line]:
    angle = np.radians(degrees)
    way = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return [one._replace(box=((one.box - 500) @ way + 800).astype(np.float32)) for one in lines]


TABLE = "\n".join("\t".join(cells) for cells in (HEAD, *ROWS))


@pytest.mark.parametrize("degrees", [0, 2, -4, 90, 180, 270, 91.5])
def test_table_on_any_side(degrees: float) -> None:
    lines = turned([at("关于补助名单的公示", 200, 20), *table()], degrees)
    chance = np.random.default_rng(5)
    lines = [lines[number] for number in chance.permutation(len(lines))]
    assert text(lines) == "关于补助名单的公示\n" + TABLE


def test_empty_cells_keep_their_column() -> None:
    lines = [one for one in table() if one.text != "欧阳雪"]
    assert text(lines).splitlines()[2] == "\t110105190001010029\t13900000000"


def test_a_box_over_two_columns_is_parted() -> None:
    lines = [one for one in table() if one.text not in HEAD[:2]]
    lines.append(
        line("姓名身份证号", 100, 100, 300, 126)._replace(
            spans=np.array([[0, 0.1], [0.1, 0.2], [0.6, 0.7], [0.7, 0.8], [0.8, 0.9], [0.9, 1]], np.float32)
        )
    )
    assert text(lines) == TABLE


def test_a_cell_of_two_lines() -> None:
    lines = [*table(), at("备注", 700, 100), at("住在幸福", 700, 137), at("路一号", 700, 164), at("无", 700, 200)]
    assert text(lines).splitlines()[1].endswith("\t住在幸福路一号")


def test_paragraphs_run_over_lines() -> None:
    first = "经审核下列人员符合条件现将名单予以公示如有异议请拨打"
    lines = [at(first, 140, 100), at("电话" + TEL[:4], 100, 140), at(f"联系人：{NAME}", 140, 180)]
    lines += [at("经" + first, 100, 220), at(TEL, 100, 260)]
    assert text(lines) == f"{first}电话{TEL[:4]}\n联系人：{NAME}\n经{first}{TEL}"


def test_a_form_in_one_row() -> None:
    assert text([at("姓名", 100, 10), at(NAME, 220, 12), at("电话", 400, 9), at(TEL, 520, 11)]) == f"姓名\t{NAME}\t电话\t{TEL}"


def test_many_lines_in_linear_time() -> None:
    lines = [at(f"{row}-{column}", 100 + 150 * column, 40 * row) for row in range(600) for column in range(10)]
    assert text(lines).count("\t") == 600 * 9
