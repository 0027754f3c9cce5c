"""Addresses in running text: homes «…», addresses of offices and places ‹…›, and what is neither.

All people and doors are made up.
"""

from __future__ import annotations

import gzip
import random
import re
from pathlib import Path

import numpy as np
import pytest

import deident
from deident.catalog import Mask
from deident.detectors import addresses
from deident.detectors.addresses import grammar, left, names
from deident.masks import places
from deident.text.characters import Characters

MARKS = {"home_address": "«»", "office_address": "‹›"}

HOMES = """
经查，陈一一，男，汉族，现住«青溪县马官镇余官村岩脚组7号»，系该户户主。
罗二二家住«青溪县城关镇和平路12号2栋3单元502室»。
被告：陈一一，女，1901年3月5日出生，住«青溪县振兴大道88号锦绣华庭3幢1单元1201»。
申请人户籍所在地为«贵州省安顺市西秀区宁谷镇木山村小寨组»，现租住于«西秀区南马大道36号»。
陈一一的老屋坐落«马官镇余官村三组14号»，已倒塌。
工作人员走访«马官镇余官村岩脚组»陈一一户，了解困难。
网友反映«青溪县马官镇号营村八组»道路未硬化。
户主罗二二，现居住在«青溪县南街街道幸福社区15栋2单元301室»，无固定收入。
常住地址：«浙江省杭州市西湖区转塘街道象山社区20幢202»；联系电话略
本人身份证住址：«内蒙古自治区通辽市科尔沁左翼中旗花吐古拉镇哈日干吐嘎查045号»
陈一一（男，72岁，«马官镇余官村3社»），因病致贫。
家庭住址：«青溪县第二中学宿舍4栋301»
罗二二，住«青溪县国营红星农场六队12号»，务农。
收件人陈一一，收件地址：«江苏省南京市鼓楼区汉口路22号南楼506室»
住址：«青溪县北街 24 号附 6 号»
陈一一住«青溪县马官镇人民路西段五金厂家属院3排8号»。
罗二二，女，住«牙叉镇什空村委会老村二队»。
一、陈一一，«马官镇余官村五组»，2021年3月死亡；
他把«城关镇东风路金桂花园5-2-401»的房子卖了。
按你提供的地址（«青溪县南华路9号御景湾7座1803房»）邮寄的决定书被退回。
陈一一户籍地址是«重庆市万州区龙驹镇玉合村2组19号»，现下落不明。
失踪前住在«青溪县西门巷18号院3号楼1门402»。
房屋位于«青溪县城南街道书院社区翰林苑二期B12-3»，所有权人陈一一。
本人家在«河湾村上河组»，儿子在外打工。
送达地址：«青溪县马官镇余官村委会对面第三户»
陈一一，男，45岁，住«拉萨市堆龙德庆区乃琼街道加木村4组»
罗二二，暂住«苏州市吴中区木渎镇金枫南路198号3幢»，户籍«安徽省临泉县老集镇刘寨行政村大刘庄»。
"""

OFFICES = """
办公地址：‹青溪县振兴路9号政务服务中心三楼›，邮编000000
地址：‹青溪县城关镇南大街5号›　电话：0851-85550101
请于5日内持身份证到‹青溪县振兴路9号›县民政局申诉。
报名地点：‹青溪县人民路36号人社局一楼大厅›
来信请寄：‹青溪县委大院2号楼205室›
青溪县教育局（‹马官镇文化路8号›）负责受理。
项目位于‹青溪县马官镇余官村工业园区3号›，占地20亩。
招标人：青溪县水务局，‹青溪县滨河路118号›，联系人：陈工
注册地址：‹贵州省安顺市西秀区工业大道66号›
某某公司，经营场所‹青溪县南街12号1层›
"""

NEITHER = """
根据《条例》第17号令第三章的规定，第2组评委已签到。
青政办发〔2023〕17号文件要求，各村组、社区组织群众。
全县12个镇3个乡，村民小组组长由村民会议推选。
户籍制度改革，居住在农村的居民可以申请。
用人单位应当在工作地点公示。
暂住在旅店的，由旅店登记。
农村信用合作联社、供销社、驻村工作队联合开展活动。
第1单元考试安排在3号楼进行。
2023年5月3号，县领导到各乡镇调研。
第三组数据显示，社会组织参与率达到95%。
他乘坐12路公交车到5号线换乘。
"""


def marked(text: str) -> str:
    plain = text.translate(dict.fromkeys(map(ord, "«»‹›")))
    found = [f for f in deident.scan(plain) if f.kind in MARKS]
    for f in sorted(found, key=lambda f: -f.start):
        opens, closes = MARKS[f.kind]
        plain = plain[: f.start] + opens + plain[f.start : f.end] + closes + plain[f.end :]
    return plain


@pytest.mark.parametrize("text", (HOMES + OFFICES + NEITHER).strip().splitlines())
def test_found(text: str) -> None:
    assert marked(text) == text


DOORS = re.findall("«(.*?)»", HOMES)
DETAIL = re.compile("[0-9]|[一二三四五六七八九十](?:组|社|队|号)|组$|屯$|栋|单元|第.户")


@pytest.mark.parametrize("home", DOORS)
def test_every_mask_covers_the_detail(home: str) -> None:
    for form in (places.county, places.township, places.village):
        kept = form(Mask(), home, None)
        assert kept.endswith("***") and not DETAIL.search(kept), kept
        assert kept[:-3] == home[: len(kept) - 3]


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("青溪县马官镇余官村岩脚组7号，电话略", 14),
        ("张庄村3组的村民", 5),
        ("振兴路45号西湖花园3-2-602房屋", 17),
        ("七号镇六支箭村二队，", 9),
        ("南街5号一套96平方米住房", 4),
        ("大桥路 24 号附 6 号 。", 13),
        ("经济开发区白杨路6号", 10),
        ("的是了", 0),
        ("", 0),
    ],
)
def test_read(text: str, end: int) -> None:
    assert grammar.read(text, 0).end == end


def test_left() -> None:
    for text, begins in (
        ("县长信箱反映青溪县马官镇余官村3组", "青溪县"),
        ("于和平路5号", "和平路"),
        ("王某住所在新河口镇余官村3组", "新河口镇"),
    ):
        assert text[left.start(text, len(text)) :].startswith(begins)
    assert left.start("第3组", 3) == -1


def test_names() -> None:
    assert names.at("长沙市岳麓区", 0) == (3, 1) and names.at("长沙市岳麓区", 3) == (6, 2)
    assert names.at("无此地", 0) == (0, -1)
    raw = (Path(addresses.__file__).parent / "names.txt.gz").read_bytes()
    assert len(raw) < 400_000 and len(gzip.decompress(raw).splitlines()) == 4


def test_table_of_places() -> None:
    """Cells of a column of addresses are the column detector's; a table of a site's shops is not asked here."""
    text = "姓名\t家庭住址\t金额\n陈一一\t青溪县马官镇余官村岩脚组7号\t300"
    (found,) = (f for f in deident.scan(text) if f.category == "home_address")
    assert text[found.start : found.end] == "青溪县马官镇余官村岩脚组7号"


def test_junk_never_raises() -> None:
    for text in (
        "住" * 400,
        "，住" * 300,
        "村3组" * 400,
        "路1号" * 500,
        "地址：" * 200 + "-" * 400,
        "镇" * 3000 + "3号",
        "1-1-101" * 300,
    ):
        deident.scan(text)


def test_what_is_unlikely_begins_nowhere() -> None:
    """Both ways to look left agree with the expression they stand for."""
    plain = re.compile(r"(?:[㐀-鿿0-9A-Za-z#\-—~·]|(?<=[省市县区旗州盟镇乡村道路街号0-9]) )+$")
    chance, hits = random.Random(1), 0
    for number in range(4000):
        letters = "县村路王马官一号3组5栋 #-—~·，A 😀住在" if number % 2 else "县王马官一号3组5栋李赵刘 "
        text = "".join(chance.choices(letters, k=chance.randrange(1, 140)))
        end = chance.randrange(1, len(text) + 1)
        run = plain.search(text, max(0, end - left.REACH), end)
        found = left._RUN.match(text[max(0, end - left.REACH - 1) : end][::-1])
        assert (run.start() if run else end) == end - (found.end() if found else 0), (text, end)
        place = run is not None and left._ANY_PLACE.search(text, run.start(), end - 2) is not None
        likely = left.likely(Characters(text.encode()), np.array([len(text[:end].encode())]))
        assert likely.tolist() == [place], (text, end)
        assert place or left.start(text, end) == -1
        hits += place
    assert 500 < hits < 3500
