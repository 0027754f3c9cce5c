"""Column headers and form keys: what kind of value stands under or beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deident.matching.plan import Plan

_ASIDE = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")  # （元）, (18位)
_NOISE = re.compile(r"[\s:：*#、/.·?？_\"'-]+")
_NUMBERS = re.compile(r"[0-9]{4}")
_AMOUNT = re.compile(r"元[)）\]]?$|亩[)）]?$|金额|报价|预算|决算|总额|余额|单价|总价|投资|产值|面积|经度|纬度|坐标")
_HAN = re.compile(r"[一-鿿]")
#: Headers that hold nothing personal but show that a row is a header row.
GENERIC = frozenset(
    "序号 编号 顺序号 次序 名次 排名 性别 年龄 民族 备注 说明 金额 补贴金额 补助金额 资助金额 发放金额 合计 小计 单位 工作单位 部门 "
    "职务 职位 岗位 学校 班级 年级 专业 院系 类别 类型 等级 人数 人口 面积 日期 时间 地点 项目 名称 标准 成绩 总分 乡镇 村 村名 组 街道 "
    "社区 用途 状态 结果 月份 年度 次数 政治面貌 学历 籍贯 关系 与户主关系 开户行 内容 事项 公司 企业 企业名称 单位名称 科室 窗口".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """kind: number of the pattern it announces, -1 for none; classes: cue classes in it; label: it names something;
    amount: it names a sum or a measure; open: its number in `Plan.beside`, -1 for one that says by itself what it means."""

    kind: int = -1
    classes: int = 0
    label: bool = False
    amount: bool = False
    open: int = -1


@dataclass(slots=True)
class Headers:
    """Reads header cells; what it has read once it remembers."""

    plan: Plan
    _seen: dict[str, Header] = field(default_factory=dict)
    _by_length: list[str] = field(default_factory=list)
    _open: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_length = sorted(self.plan.headers, key=lambda header: (-len(header), header))
        self._open = {header: number for number, header in enumerate(self.plan.beside)}

    def read(self, cell: str) -> Header:
        """What a cell says as a header."""
        found = self._seen.get(cell)
        if found is None:
            if len(self._seen) > 20_000:
                self._seen.clear()
            found = self._seen[cell] = self._read(cell)
        return found

    def _read(self, cell: str) -> Header:
        text = plain(cell)
        if not text or len(text) > 24 or _NUMBERS.search(text):
            return Header()
        classes = 0
        for place, words in enumerate(self.plan.classes.values()):
            if any(word in cell for word in words):
                classes |= 1 << place
        kind = self.plan.headers.get(text, -1)
        if kind < 0 and len(text) <= 14:
            for header in self._by_length:
                if _HAN.search(header) and (text.endswith(header) if len(header) < 4 else header in text):
                    kind = self.plan.headers[header]
                    break
        amount = kind < 0 and _AMOUNT.search(cell.strip()) is not None
        return Header(
            kind,
            classes,
            kind >= 0
            or amount
            or text in self._open
            or text in GENERIC
            or any(text.endswith(g) and len(text) <= len(g) + 3 for g in GENERIC if len(g) > 1),
            amount,
            self._open.get(text, -1) if kind < 0 else -1,
        )


def plain(cell: str) -> str:
    """A header without blanks, signs, brackets and case.

    >>> plain("残疾等级（1-4）："), plain("marital_status")
    ('残疾等级', 'maritalstatus')
    """
    return (_NOISE.sub("", _ASIDE.sub("", cell)) or _NOISE.sub("", cell.strip("（()）【】[]"))).casefold()
