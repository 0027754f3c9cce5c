"""Government-like pages from a seed: the same seed gives the same bytes on every machine.

What a page looks like (means over many pages): 33 KB, 16,000 `<` per MB, a navigation list, prose in Word's spans, a
table on 35 % of the pages (75 % of those already masked in part), 0–20 values of persons, one ID number in ten split by
tags or written with an entity, a footer with the office's telephone.  `text_pages` is the same content as plain text
with TAB tables; `html_pages(..., encoding="gb18030")` the same as GBK.

That is a folder full of rosters.  `people` is the share of pages that hold people at all: with CRAWL, one in eight, it is a
whole site, most of which is news, rules and catalogues with an office's telephone at the foot.

The prose is composed of clauses written for this file, more than 80,000 different sentences.
Nobody is real: everybody is born between 1900 and 1912, mobiles are of the form 1xx0000xxxx.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

CRAWL = 0.125  # share of pages with people in a whole site

_BODIES = (
    "县民政局", "县财政局", "县农业农村局", "县教育局", "县卫生健康局", "县医疗保障局", "县住房和城乡建设局", "县自然资源局",
    "县人力资源和社会保障局", "县应急管理局", "县市场监督管理局", "县残疾人联合会", "各乡镇人民政府", "县政府各工作部门", "县政务服务中心",
)  # fmt: skip
_MANNERS = (
    "要按照职责分工，", "要坚持问题导向，", "应当依法依规", "要会同有关单位", "要结合本地实际", "应当在规定期限内", "要进一步压实责任，", "每季度至少一次",
    "要充分运用信息化手段，", "应当及时主动", "要把群众满意作为标准，", "严格对照年度目标任务",
)  # fmt: skip
_DUTIES = (
    "做好困难群众基本生活保障工作", "开展惠民惠农补贴资金专项检查", "完善义务教育控辍保学动态监测机制", "推进基层医疗卫生机构标准化建设", "落实城乡居民基本医疗保险待遇清单制度",
    "公开本级预算、决算和“三公”经费", "对农村危房改造质量进行抽查", "组织地质灾害隐患点应急演练", "健全残疾人两项补贴动态管理", "加强农村饮用水水源地保护",
    "规范公租房申请、轮候和退出程序", "推行行政执法公示、全过程记录和法制审核", "清理超过公示期限的名单和表格", "开展森林防火宣传进村入户活动", "落实耕地保护责任和耕地用途管制",
    "组织秋冬季呼吸道传染病防治知识宣传", "做好高校毕业生等重点群体就业服务", "核查企业安全生产主体责任落实情况", "优化不动产登记、交易和缴税流程", "落实最低生活保障标准自然增长机制",
    "加强婚姻登记和收养登记服务管理", "开展养老服务机构消防安全整治", "推进政务服务事项跨省通办", "规范捐赠款物的接收、使用和信息公开", "建立拖欠农民工工资问题台账",
    "加强重大疾病患者医疗救助政策宣传", "改善精神障碍患者社区康复条件", "统筹推进农村公路养护和安全设施建设", "做好汛期山洪灾害预警和群众转移", "加强对未成年人和留守儿童的关爱服务",
    "完善人大代表建议和政协提案办理机制", "落实粮食安全党政同责要求", "推动公共数据依法有序开放", "加强政府网站和政务新媒体内容审核",
)  # fmt: skip
_ENDS = (
    "。", "，并于月底前报送进展情况。", "，确保政策落实到位。", "，不得层层加码。", "；对工作不力的予以通报。", "，切实维护群众合法权益。", "，所需经费列入本级财政预算。", "，接受社会监督。",
    "，完成率达到98.6%。", "，共投入资金326.5万元。", "，惠及群众1.2万人次。", "；具体办法另行制定。", "，有关材料于2024年11月30日前归档。", "（青府办发〔2024〕17号）。",
)  # fmt: skip
_TOPICS = (
    "困难群众救助补助资金",
    "耕地地力保护补贴",
    "农村危房改造",
    "国家助学金",
    "残疾人两项补贴",
    "公租房配租",
    "城乡医疗救助",
    "高龄津贴",
    "临时救助",
    "公开招聘",
)
_FORMS = ("公示", "发放花名册", "名单", "通知", "实施方案", "工作动态", "解读", "情况通报", "公告", "管理办法")
_TOWNS = ("白水镇", "大坪镇", "黄泥乡", "城关街道")
_VILLAGES = ("老鹰岩村", "河坝村", "新寨村", "麻窝村", "茶园村", "沙坝村")
_FAMILY = "方岳申游毛贺江龙范舒柏宁卓童关覃简路向温梅骆管阎伍田冉雷熊秦洪柴邢章彭金詹蒲臧乔翟尹靳谷姬华盛牛钟耿席蓝"
_GIVEN = "朝贵明珍大全光碧国安秀成刚文天华正英遥顺良坤兰晓燕志勇永强小禾欣怡雨桐芷若越雯俊逸海美琳立新玉洁鹏凤芳斌振东"
_AREAS = ("520121", "520122", "520203", "520322", "520423", "522301", "522701", "522632", "430121", "510121", "530112")
_ILLNESSES = ("尿毒症", "肺结核", "精神分裂症", "慢性支气管炎", "乳腺恶性肿瘤", "高血压3级")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_STYLE = (
    "body{margin:0;font:14px/1.8 \"Microsoft YaHei\",Arial}.nav li{float:left;width:120px}"
    ".nav a:hover{color:#c00;background:#f5f5f5}.con{width:1000px;margin:0 auto}.TRS_Editor p{text-indent:2em}\n"
)  # fmt: skip
_SCRIPT = (
    "(function(){var a=document.createElement('script');a.src='/js/count.js?v=%d';if(a<b&&1>0)document.body.appendChild(a);})();\n"
    "$(function(){$('.share').on('click',function(){window.open('/plus/share.html?id=%d');});});\n"
)


@dataclass(slots=True)
class Page:
    """Content without its form.  A block is a paragraph (str) or a table (rows, the header first)."""

    title: str
    links: list[str]
    blocks: list[str | list[list[str]]] = field(default_factory=list)
    office: str = ""
    look: int = 0


def resident_id(rng: random.Random) -> str:
    """A checksum-valid number of somebody born between 1900 and 1912."""
    day = f"{rng.randint(1900, 1912)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
    body = rng.choice(_AREAS) + day + f"{rng.randint(1, 399):03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def bank_card(rng: random.Random) -> str:
    """A card number that passes Luhn."""
    body = rng.choice(("622848", "621700", "621799")) + "0000000" + f"{rng.randint(0, 99999):05d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 * (value > 9)
    return body + str(-total % 10)


def mobile(rng: random.Random) -> str:
    """A mobile number of the synthetic block."""
    return rng.choice(("199", "166", "138", "159", "177")) + "0000" + f"{rng.randint(0, 9999):04d}"


def landline(rng: random.Random) -> str:
    """An office number."""
    return f"0851-85550{rng.randint(100, 999)}"


def name(rng: random.Random) -> str:
    """An invented name."""
    return rng.choice(_FAMILY) + "".join(rng.choice(_GIVEN) for _ in range(rng.choice((1, 2, 2))))


def sentence(rng: random.Random) -> str:
    """One of more than 80,000 policy-like sentences."""
    return rng.choice(_BODIES) + rng.choice(_MANNERS) + rng.choice(_DUTIES) + rng.choice(_ENDS)


def _title(rng: random.Random) -> str:
    return f"{rng.choice(_TOWNS)}{rng.randint(2015, 2024)}年{rng.choice(_TOPICS)}{rng.choice(_FORMS)}"


def _address(rng: random.Random) -> str:
    return f"{rng.choice(_TOWNS)}{rng.choice(_VILLAGES)}{rng.randint(1, 9)}组{rng.randint(1, 80)}号"


def _value(rng: random.Random) -> str:
    """A clause that holds something personal (or a look-alike)."""
    number = rng.randrange(10)
    day = f"{rng.randint(1900, 1912)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    if number < 3:
        return f"{name(rng)}，身份证号：{resident_id(rng)}"
    if number < 5:
        return f"联系人：{name(rng)}，手机：{mobile(rng)}"
    if number < 6:
        return f"{name(rng)}，{day}出生，住{_address(rng)}"
    if number < 7:
        return f"银行账号：{bank_card(rng)}"
    if number < 8:
        return f"{name(rng)}，患{rng.choice(_ILLNESSES)}，已纳入救助"
    return f"咨询电话：{landline(rng)}" if number < 9 else f"流水号{rng.randint(10**19, 10**20)}"


def _table(rng: random.Random) -> list[list[str]]:
    """A roster; three in four are masked in part."""
    masked = rng.random() < 0.75
    rows = [["序号", "姓名", "身份证号", "联系电话", "住址", "账号", "金额（元）"]]
    for line in range(rng.randint(5, 25)):
        number, phone, card = resident_id(rng), mobile(rng), bank_card(rng)
        if masked:
            number, phone = number[:6] + "*" * 8 + number[14:], phone[:3] + "****" + phone[7:]
            card = card[:6] + "*" * 9 + card[15:] if rng.random() < 0.8 else card
        amount = str(rng.randint(8, 300) * 10)
        rows.append([str(line + 1), name(rng), number, phone, rng.choice(_TOWNS) + rng.choice(_VILLAGES), card, amount])
    return rows


def _pages(seed: int, people: float) -> Iterator[Page]:
    rng = random.Random(seed)
    while True:
        page = Page(
            _title(rng), [_title(rng) for _ in range(rng.randint(15, 45))], office=landline(rng), look=rng.randrange(1 << 30)
        )
        for _ in range(rng.randint(14, 60)):
            page.blocks.append("".join(sentence(rng) for _ in range(rng.randint(1, 6))))
        if rng.random() >= people:
            yield page
            continue
        for _ in range(rng.choice((0, 0, 0, 1, 2, 3, 5, 8, 12, 20))):
            place = rng.randrange(len(page.blocks))
            page.blocks[place] = f"{page.blocks[place]}{_value(rng)}。"
        if rng.random() < 0.35:
            page.blocks.insert(rng.randint(0, len(page.blocks)), _table(rng))
        yield page


def _inline(rng: random.Random, text: str) -> str:
    """Escaped text in Word's spans; in one ID number of ten a tag or an entity stands between its digits."""
    marked = escape(text)
    at = marked.find("身份证号：")
    if at >= 0 and rng.random() < 0.10:
        cut = at + 5 + rng.randint(4, 12)
        if rng.random() < 0.6:
            marked = marked[:cut] + '</span><span style="font-family:仿宋">' + marked[cut:]
        else:
            marked = f"{marked[:cut]}&#{ord(marked[cut])};{marked[cut + 1 :]}"
    return f'<span style="font-size:16pt;font-family:仿宋_GB2312">{marked}</span>'


def _html(page: Page, charset: str) -> str:
    rng = random.Random(page.look)
    title = escape(page.title)
    out = [
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="{charset}">\n<title>{title}_青溪县人民政府</title>\n'
        f'<meta name="ArticleTitle" content="{title}">\n<meta name="PubDate" content="2024-09-{rng.randint(10, 28)} 09:30">\n'
        f"<style>\n{_STYLE * rng.randint(1, 5)}</style>\n<script>\n"
        + (_SCRIPT % (rng.randint(10**9, 10**10), rng.randint(1, 10**6))) * rng.randint(1, 5)
        + '</script>\n</head>\n<body>\n<!-- 页头 开始 -->\n<div class="header"><ul class="nav">\n'
    ]
    for link in page.links:
        address = f"/zwgk/20{rng.randint(15, 24)}{rng.randint(1, 12):02d}/t20240918_{rng.randint(10**6, 10**8)}.html"
        out.append(
            f'<li><a href="{address}" target="_blank" title="{link}">{link}</a><span>2024-09-{rng.randint(10, 28)}</span></li>\n'
        )
    out.append(f'</ul></div>\n<!-- 正文 -->\n<h1>{title}</h1>\n<div id="zoom" class="TRS_Editor">\n')
    for block in page.blocks:
        if isinstance(block, str):
            parts = [part + "。" for part in block.split("。") if part]
            cuts = ["".join(parts[at : at + 3]) for at in range(0, len(parts), 3)]
            out.append('<p style="text-indent:2em">' + "".join(_inline(rng, part) for part in cuts) + "&nbsp;</p>\n")
            continue
        out.append('<table border="1" cellspacing="0">\n')
        for row in block:
            out.append(
                "<tr>"
                + "".join(f'<td style="border:1px solid"><span class="MsoNormal">{escape(cell)}</span></td>' for cell in row)
                + "</tr>\n"
            )
        out.append("</table>\n")
    out.append(
        f'</div>\n<div class="footer"><p>主办：青溪县人民政府办公室　联系电话：{page.office}</p></div>\n</body>\n</html>\n'
    )
    return "".join(out)


def _text(page: Page) -> str:
    out = [page.title, *page.links, page.title]
    for block in page.blocks:
        out.append(block if isinstance(block, str) else "\n".join("\t".join(row) for row in block))
    out.append(f"主办：青溪县人民政府办公室　联系电话：{page.office}")
    return "\n".join(out) + "\n"


def html_pages(n_bytes: int, seed: int = 1, encoding: str = "utf-8", people: float = 1.0) -> list[bytes]:
    """Pages until they hold at least `n_bytes`; `encoding` "gb18030" gives GBK pages."""
    charset = "utf-8" if encoding == "utf-8" else "gb2312"
    pages: list[bytes] = []
    size = 0
    for page in _pages(seed, people):
        if size >= n_bytes:
            break
        pages.append(_html(page, charset).encode(encoding))
        size += len(pages[-1])
    return pages


def text_pages(n_bytes: int, seed: int = 1, people: float = 1.0) -> list[bytes]:
    """The same content as UTF-8 text with TAB tables."""
    pages: list[bytes] = []
    size = 0
    for page in _pages(seed, people):
        if size >= n_bytes:
            break
        pages.append(_text(page).encode())
        size += len(pages[-1])
    return pages
