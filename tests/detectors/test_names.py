"""Names in running text and lists: what is found, what is left alone, and where it stands."""

from __future__ import annotations

from functools import cache

import pytest

from deident.engine import Scanner

FOUND = [
    "县长«陈国栋»主持会议", "村民«王三三»反映", "申请人«李丽芳»提交材料", "记者 «赵小燕»", "«陈国栋»同志任局长", "«刘秀英»女士说",
    "«张三丰»之妻«李丽芳»，其子«王小军»", "妻子«周桂兰»，父«钟立国»", "«赵国强»，男，汉族", "«孙丽娟»（女，61岁）", "一、«李怀礼»户", "«谢国庆» 13800000000",
    "书记员：«李　明»", "参加：«陈国栋»、«李丽芳»、«王小军»", "1.«张国华» 2.«李丽芳» 3.«王建军»", "«欧阳映雪»，女", "承办人：«司马青»",
    "维吾尔族 «阿依古丽·买买提»，女", "签收人：«扎西顿珠»", "«张国华»、«李丽芳»等6名同志",
]  # fmt: skip
LEFT = [
    "任务清单如下", "加快推进项目建设，高度重视安全生产。", "方案、程序、石油、金融、江苏", "于是，温馨提示：高原、方向、温馨、黎明、白雪、江山", "王家坝、张家界、李庄镇",
    "吴裕泰公司", "宋师傅来了，王主任说", "水利工程建设和管理", "妇女儿童权益保障", "造福子孙后代", "第五十条 应当自立案之日起", "距大门600米", "张某、李某某、王*强",
    "通 知 公 告", "请于五日内向本机关提出",
]  # fmt: skip


@cache
def scanner() -> Scanner:
    return Scanner(ner=False)


def marked(text: str) -> str:
    """The text with its names in «…»."""
    for finding in sorted((f for f in scanner().scan(text) if f.category == "person_name"), key=lambda f: -f.start):
        text = f"{text[: finding.start]}«{text[finding.start : finding.end]}»{text[finding.end :]}"
    return text


@pytest.mark.parametrize("text", FOUND)
def test_names_are_found(text: str) -> None:
    assert marked(text.replace("«", "").replace("»", "")) == text


@pytest.mark.parametrize("text", LEFT)
def test_no_name_is_seen_where_there_is_none(text: str) -> None:
    assert marked(text) == text


def test_a_sure_name_counts_wherever_it_stands_in_its_document() -> None:
    assert marked("被告人陈国栋。众人见陈国栋离开").count("«陈国栋»") == 2


def test_a_name_of_one_document_says_nothing_of_another() -> None:
    found = scanner().scan_texts(["被告人陈国栋，男", "众人见陈国栋离开"])
    assert len([f for f in found if f.category == "person_name"]) == 1


@pytest.mark.parametrize("before", ["", "😀", "𠮷", "é", "​", "１２"])
def test_places_are_right_behind_any_character(before: str) -> None:
    assert "«陈国栋»" in marked(f"{before}\n县长陈国栋主持")


@pytest.mark.parametrize(
    "text", ["", "王", "王王", "·", "阿·", "·王", " 王 ", "\n王三", "王" * 300, "·".join("阿依" * 200), "张 " * 200]
)
def test_junk_does_not_raise(text: str) -> None:
    scanner().scan(text)
