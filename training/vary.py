"""Variation of written lines: other names, other places, other numbers, the noise of real pages.

A network that sees 刘秀兰 twelve times learns 刘秀兰.  Each time a line is used its people get new names, its villages other names
of villages out of the same passages, its digits other digits; labels move along.  Nothing comes from outside but surnames with their weights
(faker, MIT: patterns/words/surnames.txt); given names are put together from the characters below, written for the project.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.passages import Line, Span

WORDS = Path(__file__).resolve().parents[1] / "patterns" / "words"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰红玉梅文华建国志海波辉鹏飞斌宇浩晨欣怡梓涵子轩雨泽佳琪诗瑶思远博睿俊凯嘉豪雪莹春燕秋菊冬美玲淑珍凤素琴宏兴德福贵荣昌盛忠良仁义礼信永康健安宁和顺祥瑞吉庆喜乐欢林森"
    "木松柏桐山川江河湖泉石金银铜铁珠宝学习立新卫东向阳培元启广源世家齐栋天佑亚男若曦可馨一诺依达成发财旺才生根长久万友先后大小老三四五六九二全权胜利民权朝廷光照云龙虎彪豹牛马羊鸣凡易难开定守礼修正清白玄青蓝紫"
    "彩虹霜露霖雷震乾坤宗祖承继嗣传孝慈惠贤淑贞洁巧妙香花朵莲荷芝芬芸苗蕾叶萍蓉薇菲婷娅妮婧媛妍姣娥婵璐瑛琳琼瑾瑜璇珂珊瑞玺钧铭鑫钰锋钊锐镇铮轶轲辰昊昕晗晓晖晶智旭昱晟景暄朋会团结奋进跃跳远征程路桥通达道理"
    "言语诚谊谦谨让识词诗书画棋琴韵歌舞吟声音响应召唤起始末终了然如意心想事业功勋绩赞颂扬帆航舟船渡津洲滨浪潮汐洁涵润泽沛沐浴沁沂淇淳渊澄澜瀚灿炎炜烨焕煜熙燃照熊罴鹤鹰鸿鹃雁莺燕凰麟麒骏骥驰骋腾翔翱翼羽裳"
    "衡岳嵩峰岩岚峻崇嶺岭坤培基堂境墨壮夫奇奎奕好妞娃孟季仲伯叔少幼孙孔存宁宝宛宜宣容宽宾寅密富寒察小尚尧尹居展屹岁巍工左巧差已希帅师常干年幸广庄序应庚府度庭廉延弓引弟张弘弛强彤彦彬影征律微徐得徽必忆志忍念忻怀态思"
    "性恒恩恭恬息悟悠悦情惟惜惠愉意愚愿慎慕慧懿戈成戎战才扎托执扶承抒护报拓拔择振捷授掌提援搏撷操攀攸改放政效敏救教敢散敦敬数斋斐斗料斯新方旋族无日旦旨旬早时昂昆昌易星映春昭是显晋晏普晴暖暮曙曲曼曾最月有朗望木未术朴朵"
)
COMPOUND = "欧阳 司马 诸葛 上官 夏侯 皇甫 尉迟 公孙 慕容 令狐 东方 司徒 司空 南宫 宇文 长孙 呼延 端木 独孤 申屠 钟离 轩辕 闻人 澹台 濮阳 淳于 单于 公冶 仲孙 太叔".split()
WORDLIKE = "高原 方向 温馨 黎明 白雪 江山 高峰 金星 石磊 马路 华夏 安宁 平安 常青 成功 时光 元宝 万里 文化 文明 向阳 向前 任意 严格 黄河 江河 江海 林海 云飞 水清 田园 田野 于是 方圆 周全 周到 周密 程序 包容 康庄 康健 盛开 盛夏 阳光 阳春 钟声 雷雨 金钱 毛利 花开 花朵 易行 明星 白云 白露 童心 童话 高兴 高大 高山 祝福 国庆 国光 党员 党旗 和平 和睦 艾草 米粒 宋词 唐诗 汉语 甘甜 甘露 凌晨 路遥 麦收 冬至 牛奋斗 苗壮 计划 計劃 项目 段落 解放 左右 东风 海洋 海岸 巫山 洪亮 洪流 戴帽 贺喜 贺年 车轮 席卷 柳絮 柳叶 丛林 晏然 荣耀 荣光 司令 房产 焦急 谷雨 芦苇 艾叶 牛羊".split()
MINORITY = (
    "买买提 阿依古丽 古丽娜尔 艾合买提 吐尔逊 阿不都热合曼 玉素甫 帕提古丽 热依汗 努尔兰 叶尔肯 巴合提 阿米娜 亚森 卡德尔 库尔班 依米提 麦麦提 阿卜杜拉 努尔买买提 图尔荪 再努尔 米热 迪丽热巴 哈斯木 塔依尔 木合塔尔 沙吾提 赛买提 阿不力孜 吾甫尔 祖丽皮亚 加娜提 别克 哈丽玛 巴哈提亚尔 赛力克"
).split()
NO_DOT = (
    "扎西顿珠 次仁卓玛 格桑梅朵 达瓦次仁 巴桑 旺堆 尼玛扎西 洛桑 央金 卓玛措 才让卓玛 多吉 索南 仁青 拉姆 丹增旺姆 巴特尔 乌力吉 其其格 斯琴高娃 宝音 那仁花 乌云其木格 阿拉坦 苏日娜 萨仁图雅 阿木尔 吉克阿呷 阿古木呷 曲比阿乌 沙马尔洛 马海阿支 吉木尔曲 俄木日哈 阿侯拉且 玉罕 岩温 岩罕坦 刀玉香 依波罕 波罕 哈尼娜 娜布 龙扎次里 扎拖 排学良 麻麻尼"
).split()
FOREIGN = "约翰·史密斯 玛丽·安·布朗 山田太郎 佐藤惠子 金敏浩 阮文雄 阮氏花 伊万·彼得罗夫 大卫·李 安娜·科娃列娃 穆罕默德·阿里 卡洛斯·罗德里格斯".split()
#: characters with which the names of foreigners are written
SOUNDS = frozenset(
    "阿埃艾安奥巴拔白班贝本比彼宾波勃伯博布查茨达大丹道德登邓蒂丁迪多杜恩尔法凡菲费芬弗福盖冈高戈格哥古哈海汉豪赫亨胡怀惠霍基吉加贾杰金卡凯坎康考科克肯库昆拉莱兰朗劳勒雷蕾里利力丽莉列林琳伦罗萝洛露马迈曼梅蒙米密莫姆默穆"
    "纳娜南内尼妮涅宁诺欧帕潘佩彭皮普齐奇乔琼日茹瑞若萨塞赛桑瑟沙莎什舍圣施诗史舒斯丝松苏索塔泰坦汤唐特图托瓦娃万威韦维温文沃乌武西希锡夏谢辛休雪雅亚扬耶叶伊以因尤约泽扎詹芝朱兹佐久夫贾哲厄翁仓"
)
_PLACE = re.compile(
    r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,3}(?=省|市|县|区|镇|乡|街道|村|社区|屯|寨|湾)|(?<=[省市县区镇乡道])[\u4e00-\u9fff]{2,3}(?=市|县|区|镇|乡|街道|村|社区|屯|寨|湾|路|小区|花园|苑)"
)

#: how often a telling phrase is exchanged for another of its label
SWAPPED = {"medical": 0.35, "disability": 0.35, "marital": 0.25, "kin": 0.1, "property": 0.1, "life": 0.1}


class Names:
    """A source of invented names."""

    def __init__(self) -> None:
        rows = [
            row.split()
            for row in (WORDS / "surnames.txt").read_text(encoding="utf-8").splitlines()
            if row.strip() and row[0] != "#"
        ]
        single = [row[0] for row in rows if len(row[0]) == 1]
        weighted = {row[0]: float(row[1]) for row in rows if len(row) > 1}
        self.surnames = single
        self.weights = (
            [weighted.get(name, 1.0) + 0.02 for name in single] if weighted else [1 / (i + 8) for i in range(len(single))]
        )

        self.usual = frozenset(self.surnames[:120])
        self.foreign: list[str] = []  # the written ones, cut and joined to new ones

    def learn(self, names: Iterable[str]) -> None:
        """Take the written foreign names for new ones to be made of."""
        self.foreign = sorted({part for name in names for part in re.split("[·•.]", name) if self.strange(part)})

    def strange(self, name: str) -> bool:
        """Whether a name is written by its sound: 布莱尔, not 林海."""
        return (
            len(name) >= 3
            and SOUNDS.issuperset(name)
            and (len(name) > 4 or (name[0] not in self.usual and not name.startswith(tuple(COMPOUND))))
        )

    def new(self, dice: random.Random, old: str) -> str:
        """A name in the manner of the old one: dots stay dots, blanks blanks, foreign ones foreign."""
        if self.foreign and self.strange(old):
            head, tail = dice.choice(self.foreign), dice.choice(self.foreign)
            return head[: max(1, len(head) // 2)] + tail[len(tail) // 2 :]
        if "·" in old or "•" in old or "." in old:
            if self.foreign and SOUNDS.issuperset(re.sub("[·•.]", "", old)) and dice.random() < 0.7:
                return "·".join(dice.sample(self.foreign, 2 if dice.random() < 0.9 else 3))
            return (
                dice.choice(("·", "·", "·", "•", ".")).join(dice.sample(MINORITY, 2))
                if dice.random() < 0.75
                else dice.choice(FOREIGN)
            )
        kind = dice.random()
        if kind < 0.06:
            return dice.choice(WORDLIKE)
        if kind < 0.11:
            return dice.choice(NO_DOT)
        if kind < 0.13:
            return "·".join(dice.sample(MINORITY, 2))
        surname = (
            dice.choice(COMPOUND)
            if kind < 0.16
            else dice.choices(self.surnames, self.weights)[0]
            if kind < 0.8
            else dice.choice(self.surnames)
        )
        if kind > 0.985:
            surname += dice.choice(self.surnames)  # a husband's name before a woman's own
        count = 1 if dice.random() < 0.27 else 2
        blank = re.search(r"[ \u3000]+", old)
        name = surname + "".join(dice.choice(GIVEN) for _ in range(count))
        if (blank and len(name) == 2) or (dice.random() < 0.01 and len(name) == 2):
            return name[0] + (blank[0] if blank else dice.choice((" ", "\u3000", "  "))) + name[1]
        return name


def rewritten(line: Line, edits: Iterable[tuple[int, int, str]]) -> Line:
    """The line with stretches replaced, edits in order and apart from each other; spans move along."""
    out, spans, moved, at = [], [], [], 0
    size = 0
    for start, end, new in edits:
        out += [line.text[at:start], new]
        size += len(new) - (end - start)
        moved.append((start, end, size, len(new)))
        at = end
    text = "".join(out) + line.text[at:]

    def place(offset: int, closing: bool) -> int:
        shift = 0
        for start, end, total, _length in moved:
            if offset >= end and (closing or offset > start or end == start):
                shift = total
            elif offset > start:
                return end + total if closing else start + shift
            else:
                break
        return offset + shift

    for span in line.spans:
        spans.append(Span(place(span.start, False), place(span.end, True), span.label))
    return Line(text, tuple(spans))


def _free(line: Line, span: Span) -> bool:
    """Whether a span holds no other and lies in none."""
    return not any(other is not span and other.start < span.end and span.start < other.end for other in line.spans)


class Vary:
    """Varies lines with dice of its own."""

    def __init__(self, lines: Sequence[Line], seed: int) -> None:
        self.dice, self.names = random.Random(seed), Names()
        self.names.learn(
            line.text[span.start : span.end] for line in lines for span in line.spans if span.label in ("name", "official")
        )
        stems = {
            found[0]
            for line in lines
            for span in line.spans
            if span.label in ("home", "office")
            for found in _PLACE.finditer(line.text[span.start : span.end])
        }
        self.stems = sorted(stems)
        self.phrases: dict[str, list[str]] = {}
        for line in lines:
            for span in line.spans:
                if span.label in SWAPPED and _free(line, span):
                    self.phrases.setdefault(span.label, []).append(line.text[span.start : span.end])

    def __call__(self, line: Line) -> Line:
        """The line, once more and different."""
        dice = self.dice
        edits: list[tuple[int, int, str]] = []
        if dice.random() < 0.85:
            edits += self._people(line)
        if dice.random() < 0.5:
            edits += self._places(line, edits)
        if dice.random() < 0.5:
            edits += self._phrases(line)
        if dice.random() < 0.5:
            edits += self._digits(line, edits)
        changed = rewritten(line, sorted(edits)) if edits else line
        return self._noise(changed) if dice.random() < 0.25 else changed

    def _people(self, line: Line) -> list[tuple[int, int, str]]:
        known: dict[str, str] = {}
        spans = [span for span in line.spans if span.label in ("name", "official")]
        for span in spans:
            old = line.text[span.start : span.end]
            known.setdefault(old, self.names.new(self.dice, old))
        return [(span.start, span.end, known[line.text[span.start : span.end]]) for span in spans]

    def _places(self, line: Line, taken: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        if len(self.stems) < 20:
            return []
        known: dict[str, str] = {}
        out = []
        for found in _PLACE.finditer(line.text):
            inside = any(s.start <= found.start() and found.end() <= s.end for s in line.spans if s.label in ("home", "office"))
            free = not any(low < found.end() and found.start() < high for low, high, _ in taken)
            if inside and free:
                out.append((*found.span(), known.setdefault(found[0], self.dice.choice(self.stems))))
        return out

    def _phrases(self, line: Line) -> list[tuple[int, int, str]]:
        """Now and then another illness in place of this one: what surrounds a phrase tells as much as its words."""
        return [
            (span.start, span.end, self.dice.choice(self.phrases[span.label]))
            for span in line.spans
            if span.label in self.phrases and self.dice.random() < SWAPPED[span.label] and _free(line, span)
        ]

    def _digits(self, line: Line, taken: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        out = []
        for found in re.finditer(r"(?<!\d)\d{1,3}(?![\d.年月日])", line.text):
            if not any(low < found.end() and found.start() < high for low, high, _ in taken):
                new = "".join(self.dice.choice("123456789") for _ in found[0])
                out.append((*found.span(), new))
        return out

    def _noise(self, line: Line) -> Line:
        """One kind of noise: other signs, a blank in a word, signs lost."""
        dice, text = self.dice, line.text
        kind = dice.random()
        if kind < 0.4:
            swaps = dice.choice(
                (
                    {"，": ",", "。": "."},
                    {"：": ":"},
                    {"（": "(", "）": ")"},
                    {"、": "，"},
                    {"；": "，"},
                    {"\t": " "},
                    {"\t": "|"},
                    {"，": " "},
                )
            )
            return Line("".join(swaps.get(sign, sign) for sign in text), line.spans)
        if kind < 0.6:
            gone = [(m.start(), m.end(), "") for m in re.finditer("[，：:。；、]", text) if dice.random() < 0.4]
            gone = [g for g in gone if not any(s.start == g[0] or s.end == g[1] for s in line.spans)]
            return rewritten(line, gone)
        if kind < 0.8 and len(text) > 4:
            at = dice.randrange(1, len(text) - 1)
            if all(at not in (s.start, s.end) for s in line.spans):
                return rewritten(line, [(at, at, dice.choice((" ", "\u3000", "\u200b")))])
        return line
