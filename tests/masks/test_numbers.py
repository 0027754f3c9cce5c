"""Dates and amounts: made coarser, so that all values of one class have one mask."""

from __future__ import annotations

from datetime import date

import pytest
from generated import many
from hypothesis import assume, given
from hypothesis import strategies as st

from deident.catalog import Mask
from deident.masks import Sheet, hide

SHEET = Sheet(today=date(2026, 6, 1))
DAYS = st.dates(date(1900, 1, 1), date(2026, 5, 31))
WAYS = ("{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}/{0.month}/{0.day}", "{0:%Y.%m.%d}", "{0.year} 年 {0.month} 月 {0.day} 日",
        "农历{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d} 08:30:00")  # fmt: skip


def printed(day: date, way: str, wide: bool = False) -> str:
    text = way.format(day)
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}) if wide else text


@pytest.mark.parametrize(
    ("form", "value", "hidden"),
    [
        ("year", "1902年3月5日", "1902年**月**日"),
        ("year", "1902-03-05", "1902-**-**"),
        ("year", "19020305", "1902****"),
        ("year", "一九〇二年三月五日", "一九〇二年**月**日"),
        ("year", "1902年３月５日", "1902年**月**日"),
        ("year", "5/3/1902", "**/**/1902"),
        ("year", "1904年藏历新年", "1904年**"),
        ("year", "出生地19\u200b05年", "1905年**"),
        ("year", "02年3月5日", "02年**月**日"),
        ("year", "31234", "*****"),  # a day as a spreadsheet counts it
        ("year", "鲁定国*", "**"),
        ("month", "1982年3月5日", "1982年3月**日"),
        ("month", "1982年3月5日出生", "1982年3月**日出生"),
        ("month", "1982-03-05", "1982-03-**"),
        ("month", "1982-03-05 08:30:00", "1982-03-**"),
        ("month", "19820305", "198203**"),
        ("month", "1982/3/5", "1982/3/**"),
        ("month", "１９８２年３月５日", "１９８２年３月**日"),
        ("month", "一九八二年三月初五", "一九八二年三月**"),
        ("month", "1982年3月", "1982年3月"),
        ("month", "1982.03", "1982.03"),
        ("month", "198203", "198203"),
        ("month", "1982年**月**日", "1982年**月**日"),
        ("month", "1903年腊月", "1903年腊月"),
        ("month", "5/3/1982", "***"),  # which is the month?
        ("month", "1982年3月5日鲁定国", "***"),
        ("month", "1982-13-05", "***"),
        ("decade", "1982年3月5日", "1980年代"),
        ("decade", "１９８２－０３", "1980年代"),
        ("decade", "19820305", "1980年代"),
        ("decade", "一九八二年三月五日", "1980年代"),
        ("decade", "5/3/1982", "1980年代"),
        ("decade", "1982年**月**日", "1980年代"),
        ("decade", "1904年藏历新年", "1900年代"),
        ("decade", "1980年代", "1980年代"),
        ("decade", "05年3月", "***"),
        ("decade", "110105190203049924", "***"),
        ("decade", "不详", "***"),
        ("age_band", "1982年3月5日", "40至49岁"),
        ("age_band", "1986-06-01", "40至49岁"),
        ("age_band", "1986-06-02", "30至39岁"),
        ("age_band", "1986", "40至49岁"),
        ("age_band", "一九八六年六月廿五", "30至39岁"),
        ("age_band", "一九八六年十二月二十五日", "30至39岁"),
        ("age_band", "2026-05-31", "0至9岁"),
        ("age_band", "1912-01-01", "90岁以上"),
        ("age_band", "45岁", "40至49岁"),
        ("age_band", "2026-06-02", "***"),
        ("age_band", "1890-01-01", "***"),
        ("age_band", "40至49岁", "40至49岁"),
        ("age_band", "44至44岁", "***"),
        ("age_band", "不详", "***"),
        ("band", "23000元", "2万—3万元"),
        ("band", "4.2万元", "4万—5万元"),
        ("band", "380.27", "300—400"),
        ("band", "23,000 元/年", "2万—3万元/年"),
        ("band", "￥２３０００", "¥2万—3万"),
        ("band", "约9万余元", "约9万—10万元"),
        ("band", "20000元", "2万—3万元"),
        ("band", "9999元", "9000—1万元"),
        ("band", "9千万元", "9000万—1亿元"),
        ("band", "1.5亿", "1亿—2亿"),
        ("band", "0.35亩", "0.3—0.4亩"),
        ("band", "118.6㎡", "100—200㎡"),
        ("band", "2万—3万元", "2万—3万元"),
        ("band", "23000—23001元", "***"),
        ("band", "六万多", "***"),
        ("band", "0元", "***"),
        ("band", "6217000000000018", "***"),
        ("band", "无存款", "***"),
    ],
)
def test_known_values(form: str, value: str, hidden: str) -> None:
    assert hide(Mask(form), value, SHEET) == hidden


@many
@given(DAYS, st.sampled_from(WAYS), st.booleans())
def test_a_year_mask_leaves_no_other_digit(day: date, way: str, wide: bool) -> None:
    hidden = hide(Mask("year"), printed(day, way, wide))
    assert [int(c) for c in hidden if c.isdecimal()] == [int(c) for c in str(day.year)]


@many
@given(DAYS, st.integers(1, 28), st.sampled_from(WAYS), st.booleans())
def test_a_month_mask_hides_the_day_and_nothing_else(day: date, other: int, way: str, wide: bool) -> None:
    hidden = hide(Mask("month"), printed(day, way, wide))
    assert hidden == hide(Mask("month"), printed(day.replace(day=other), way, wide))
    assert hidden.count("*") == 2
    left = "".join(str(int(c)) for c in hidden if c.isdecimal())
    assert left in (f"{day:%Y%m}", f"{day.year}{day.month}")


@many
@given(DAYS, DAYS, st.sampled_from(WAYS), st.sampled_from(WAYS), st.booleans())
def test_one_decade_has_one_mask(day: date, other: date, way: str, another: str, wide: bool) -> None:
    one, two = (hide(Mask("decade"), printed(*arguments)) for arguments in ((day, way, wide), (other, another, not wide)))
    assert (one == two) == (day.year // 10 == other.year // 10)


@many
@given(DAYS, st.sampled_from(WAYS), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_an_age_lies_in_its_band(day: date, way: str, today: date) -> None:
    assume(day <= today)
    birthdays = sum(1 for year in range(day.year + 1, today.year + 1) if (year, day.month, day.day) <= (*today.timetuple()[:3],))
    hidden = hide(Mask("age_band"), printed(day, way), Sheet(today=today))
    tens = birthdays // 10 * 10
    assert hidden == (f"{tens}至{tens + 9}岁" if birthdays < 90 else "90岁以上")


@many
@given(st.integers(1, 9), st.integers(0, 9), st.floats(0, 0.999), st.floats(0, 0.999), st.sampled_from(("元", "", "元/月", "㎡")))
def test_amounts_with_one_first_digit_have_one_mask(digit: int, zeros: int, a: float, b: float, unit: str) -> None:
    one, two = (int((digit + part) * 10**zeros) for part in (a, b))
    hidden = hide(Mask("band"), f"{one}{unit}")
    assert hidden == hide(Mask("band"), f"{two:,}.00 {unit}") != "***"
    assert hidden != hide(Mask("band"), f"{one * 10}{unit}") and hidden.endswith(unit)


def test_ages_are_counted_today_unless_said_otherwise() -> None:
    born = date.today().year - 45
    assert hide(Mask("age_band"), f"{born}-01-01") == "40至49岁"
