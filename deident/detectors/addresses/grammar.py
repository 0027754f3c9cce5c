"""The grammar of an address, read from its first place name to its last unit, element by element.

    青溪县 · 马官镇 · 余官村 · 岩脚组 · 7号        known or named places, each finer than the one before
    振兴路 · 45号 · 西湖花园 · 3-2-602            behind a door only buildings, which numbers must follow
    余官村 · 村委会东侧第二户                     landmarks

A name is the fewest Han letters before a word for a kind of place; where exactly one element ends does not matter as long
as the whole is right: 张庄 · 村3组 is as good as 张庄村 · 3组.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from deident.detectors.addresses import names

COUNTY, TOWN, VILLAGE, STREET, DOOR = 2, 3, 4, 5, 6


def _but(signs: str) -> str:
    """A class of Han letters without some of them."""
    edges = [0x33FF, *sorted(map(ord, signs)), 0xA000]
    return "[" + "".join(f"{chr(a + 1)}-{chr(b - 1)}" for a, b in pairwise(edges) if b - a > 1) + "]"


N = _but("的了是把被及其因从而且该你我他她您们很就还也让给住在等均个岁各本")  # what stands in names
_HAN_NUMBER = "[一二三四五六七八九十百零〇]"
_EDGE = r"(?=$|[^㐀-鿿0-9A-Za-z]|的|内)"
#: kinds of places by level; the longest first
_KINDS = (
    (0, r"省(?!道|级)|自治区|特别行政区"),
    (1, r"自治州|地区|盟(?!委)|市(?![场民政口局委内级])"),
    (COUNTY, r"自治[县旗]|县(?![道委政局级城])|旗(?![舰])|区(?![间域委政局长内级])"),
    (TOWN, r"街道(?:办事处|办)?|民族乡|[镇乡](?![政府委长级内])|苏木"),
    (
        VILLAGE,
        r"村民?委员?会|社区居民委员会|社区(?:居委会)?|居民?委员?会|行政村|自然村|村(?![民级务干])|嘎查"
        rf"|[农林牧茶渔]场|居委|委(?=[0-9]|{_HAN_NUMBER})|[二三四五六七八九十]居",
    ),
    (
        STREET,
        r"大道|大街|胡同|国道|省道|[路街巷弄里](?:[东西南北中]?[一二三四五六七八九十上中下]?段|[东西南北中](?=[0-9]))?"
        r"|小区|住宅区|新村|家园|花园|花苑|公寓|山庄|别墅|庄园|广场|大厦|大院|宿舍区?|家属[院区楼]?|安置[点区房小]{1,2}|廉租房|公租房|雅苑|华庭|华府"
        r"|[苑园庭府](?![镇乡关])|城(?![镇乡关东西南北中区])|生产队|牧业队|作业区|分场|连队",
    ),
    (
        STREET,
        r"(?:村民小组|村民组|小组|组(?![织长成建])|(?<![联作报行讯版用])社(?![会保区])|(?<![作务援工击愿支警察法])队(?![长员伍])|屯|寨)",
    ),
    (STREET, rf"(?:[湾庄坪沟坡岭冲坝塘桥洞垭岗嘴畈厝坊浜圩塆垸埭场堡营店铺口头边角里])(?={_EDGE}|[0-9村组社队屯])"),
)
_SUFFIX = "|".join(f"(?P<k{n}>{kinds})" for n, (_, kinds) in enumerate(_KINDS))
NAMED = re.compile(rf"(?P<name>{N}{{1,7}}?)(?:{_SUFFIX})+")
_ZONE = re.compile(r"(?:高新|经开|开发|示范|管理|工业|产业|城|[东西南北新园])区$")
_AFTER_NAME = re.compile(rf"(?:{_SUFFIX})+")
_LEVELS = {f"k{n}": level for n, (level, _) in enumerate(_KINDS)}

_DIGITS = rf"(?:[0-9]{{1,5}}|{_HAN_NUMBER}{{1,4}})"
_UNITS = (
    r"号?大院|号(?:[院楼店铺]|窗口)?|[栋幢座楼层室排铺院弄巷期区]|房(?![屋产])|户(?![名主籍口型])|门(?![口牌])|单元|组团|#楼?|村民小组|村民组|小组|组(?![织长成建])"
    r"|社(?![会保区])|生产队|队(?![长员伍])|屯|连(?=[0-9])|中队"
)
_NUMBER = rf"{_DIGITS}[A-Za-z]?(?: ?[-—~、/之] ?[0-9]{{1,4}}[A-Za-z]?){{0,3}}"
_DOOR = re.compile(
    rf"(?:附|第|新|老|[甲乙丙丁东西南北前后中上下])?第? ?[A-Za-z]?-?{_NUMBER} ?(?:{_UNITS})"
    rf"|[A-Za-z东西南北中] ?(?:[栋幢座区室](?![域间])|单元)|[#附][0-9]{{1,4}}号?"
)
_NOT_A_ROOM = r"(?![0-9.%]|[-/][0-9]|年|月|日|元|万|亩|平|米|㎡|人|岁|次|个|多|余|名|公里|时|点|分|届|路公)"
_ROOM = re.compile(rf"-?[A-Za-z]?-?[0-9]{{1,4}}(?:[-—][0-9]{{1,4}}){{0,3}}[A-Za-z]?{_NOT_A_ROOM}")
_ESTATE = re.compile(
    rf"{N}{{1,9}}?(?=[A-Za-z]?[0-9]{{1,4}}(?:号楼|[栋幢座#]|单元|-[0-9]{{1,4}}-[0-9]|-[0-9]{{3,4}}{_EDGE})|[A-Za-z][0-9]{{0,2}}[座栋幢区](?![域间])|{_HAN_NUMBER}{{1,2}}[期区栋幢])"
)
_NUMBERED = re.compile(rf"{N}{{0,6}}?[A-Z]?[0-9]{{1,3}}号?(?:大街|大道|国道|省道|县道|乡道|支路|支弄|[街路弄巷道])")
_HAMLET = re.compile(rf"{N}{{1,6}}?(?= ?[0-9]{{1,4}}(?:-[0-9]{{1,3}})? ?号(?![线车码文令]))")
_TAIL = re.compile(
    rf"(?:村委会|居委会)?(?:[东西南北前后]{{1,2}}|旁|对)(?:侧|边|面|头)第?{_DIGITS}[户家排]|第{_DIGITS}[户家排栋]"
    rf"|{N}{{2,6}}[边旁]第{_DIGITS}[户家]|底商(?:楼上)?|院?内?平房"
    rf"|(?:(?:[东西南北前后]{{1,2}}|对|里|外)(?:侧|边|面|头)|院内|旁边?|楼上|[前后侧]门|门口|[东西中南北][户室边]?){_EDGE}"
)
_CROSSING = re.compile(
    rf"与{N}{{1,8}}?[路街道](?:交叉口|交汇处|交口|路口)?|(?:交叉口|交汇处|交口|路口|以[东西南北]|向?[东西南北]约?[0-9]{{1,4}}米|路[东西南北]侧?)"
)
_BODY = re.compile(
    rf"{N}{{0,12}}?(?:大厅|窗口|中心|大楼|大厦|办公楼|办公区|综合楼|[局厅处科股]|政府|法院|法庭|检察院|派出所|医院|卫生[院室所]|学校|[中小大]学|学院"
    rf"|幼儿园|公司|银行|营业部|宾馆|酒店|饭店|超市|商场|市场|车站|工业园区?|产业园区?|厂|站|办公室|会议室|基地|委员会|[县市区省]委|楼)"
    rf"(?:(?![㐀-鿿])|(?={_HAN_NUMBER}{{1,3}}[楼层号]))"
)
_AT_EDGE = re.compile(_EDGE)
_BLANK = re.compile(r"[ 　]{1,2}(?=[㐀-鿿0-9A-Za-z#])")


class Reading(NamedTuple):
    """end     behind the last unit; where nothing was read, the start
    places  how many places; `coarse` those above village
    level   of the finest place
    door    whether a number or a named group stands in it: what must go
    body    whether an office, firm, school … was read into it
    """

    end: int
    places: int = 0
    coarse: int = 0
    level: int = -1
    door: bool = False
    body: bool = False


def read(text: str, start: int, body: bool = True, loose: bool = False) -> Reading:
    """The address that begins at `start`.

    body   an organisation's name may be a part of it
    loose  it may begin with a number or a nameless place, as behind a cue: 5组, 上坳垅8号

    >>> read("青溪县马官镇余官村岩脚组7号，电话略", 0)
    Reading(end=14, places=4, coarse=2, level=6, door=True, body=False)
    """
    at, level, places, coarse, door, office = start, -1, 0, 0, False, False
    end = start
    while at < len(text):
        blank = _BLANK.match(text, at) if at > start else None
        here = blank.end() if blank else at
        if (places or loose) and (number := _door(text, here, level)):
            end, level, door = number, DOOR, True
            places += places == 0
        elif level < STREET + 1 and (found := _place(text, here, level, loose)) and not (blank and door):
            end, level = found[0], found[1]
            places, coarse = places + 1, coarse + (level < VILLAGE)
            door = door or found[2]
        elif places and not blank and (crossing := _CROSSING.match(text, here)):
            end = crossing.end()
        elif places and not blank and (tail := _TAIL.match(text, here)):
            end, door, level = tail.end(), True, DOOR
        elif level == DOOR and not blank and (estate := _building(text, here)):
            end, level = estate, STREET
        elif body and places and (named := _BODY.match(text, here)):
            end, office, level = named.end(), True, DOOR
        else:
            break
        at = end
    return Reading(end, places, coarse, level, door, office)


def _door(text: str, at: int, level: int) -> int:
    """The end of a number with its unit, or of a bare room number behind a place."""
    found = _DOOR.match(text, at)
    if found and text[at] in "一二三四五六七八九十百零" and names.at(text, at)[1] >= level:
        return 0  # 七号镇, 三门县
    if found is None and level >= VILLAGE:
        found = _ROOM.match(text, at)
    return found.end() if found else 0


def _place(text: str, at: int, level: int, loose: bool) -> tuple[int, int, bool] | None:
    """End and level of a place that is not coarser than `level`, and whether it is a group."""
    end, known = names.at(text, at)
    if known >= 0 and (known >= level or (level < DOOR and text[at - 1] in "省市县区镇乡道村")):  # 青溪县马官镇青溪县马官镇余官村
        more = _AFTER_NAME.match(text, end)
        if more and more.lastgroup and _LEVELS[more.lastgroup] >= VILLAGE:
            return more.end(), _LEVELS[more.lastgroup], False
        return end, known, False
    found = NAMED.match(text, at)
    if found and found.lastgroup:
        kind = _LEVELS[found.lastgroup]
        if kind < level and _ZONE.search(found[0]):
            kind = level
        if kind >= level:
            return found.end(), kind, found.lastgroup == "k6" or (found.lastgroup == "k7" and level >= TOWN)
    road = _NUMBERED.match(text, at) if level >= 0 or loose else None
    if road:
        return road.end(), STREET, False
    estate = _HAMLET.match(text, at) or _ESTATE.match(text, at) if level >= 0 or loose else None
    return (estate.end(), STREET, False) if estate else None


def _building(text: str, at: int) -> int:
    """Behind a door: an estate or building, when a number follows or it ends the address."""
    found = NAMED.match(text, at)
    if (
        found
        and found.lastgroup == "k5"
        and (_DOOR.match(text, found.end()) or _ROOM.match(text, found.end()) or _AT_EDGE.match(text, found.end()))
    ):
        return found.end()
    estate = _ESTATE.match(text, at)
    return estate.end() if estate else 0
