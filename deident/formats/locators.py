"""Where something stands, as a person finds it again: what locators of several formats share."""

from __future__ import annotations

import re

#: The hundred most frequent surnames (公安部户政管理研究中心，二〇二〇年全国姓名报告), and the double ones.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫"
    "段雷龙黎史陶贺毛郝顾龚邵万钱覃武戴孔汤庞樊兰殷施洪翟安倪严牛温芦季俞章鲁葛欧阳上官司徒诸葛"
)
_PERSON = re.compile(f"[{_SURNAMES}][一-鿿]{{1,3}}")
_DIGITS = re.compile(r"[0-9]{5}")


def sheet(name: str, number: int) -> str:
    """What a locator calls a sheet: its name, unless that may be somebody's or hold a number; `number` counts from 1.

    >>> sheet("公示", 1), sheet("陈一一", 2), sheet("陈一一52010219010101000X", 3)
    ('公示', 'Sheet2', 'Sheet3')
    """
    return f"Sheet{number}" if not name or _DIGITS.search(name) or _PERSON.fullmatch(name) else name
