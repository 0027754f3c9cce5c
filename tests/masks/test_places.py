"""Addresses: down to the village, the township or the county, and no door."""

from __future__ import annotations

import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.catalog import Mask
from deident.masks import hide

COUNTIES = ("青溪县", "云岩区", "贵阳市云岩区", "贵州省贵阳市云岩区", "凉州区", "乐清市", "黔南州独山县", "内蒙古自治区兴安盟扎赉特旗",
            "广西壮族自治区百色市靖西市", "沙市区", "道真仡佬族苗族自治县", "景德镇市珠山区", "宁乡市", "路桥区", "下花园区", "周村区", "道县",
            "积石山保安族东乡族撒拉族自治县", "金乡县", "重庆市奉节县", "津市市", "赣州市章贡区", "社旗县")  # fmt: skip
TOWNS = (
    "马官镇",
    "青溪乡",
    "城关街道",
    "柳市镇",
    "官道口镇",
    "张村乡",
    "老街镇",
    "七号镇",
    "巴彦苏木",
    "中华路街道办事处",
    "红旗镇",
    "新市镇",
)
VILLAGES = ("余官村", "南门社区", "老街村", "路口村", "雷锋路社区", "新街居委会", "余官村民委员会", "白音嘎查", "六支箭村", "牧场牧委会",
            "南门社区居委会")  # fmt: skip
DOORS = (
    "岩脚组7号",
    "3栋2单元501室",
    "新街12号",
    "第五村民小组",
    "小区东门3号",
    "一组",
    "中华路7号鸿福小区",
    "红旗路街坊3号",
    "，区政府宿舍",
    "98号市场",
)


@pytest.mark.parametrize(
    ("form", "address", "hidden"),
    [
        ("township", "马官镇余官村岩脚组7号", "马官镇***"),
        ("township", "云岩区中华路7号", "云岩区***"),
        ("township", "云岩区中华路小区7号", "云岩区***"),
        ("township", "大东区东北大马路365号区房产局", "大东区***"),
        ("township", "乐清市柳市镇柳青路", "乐清市柳市镇***"),
        ("township", "岩脚组7号", "***"),
        ("township", "红旗路7号", "***"),
        ("township", "马官镇", "马官镇***"),
        ("village", "青溪县马官镇余官村岩脚组7号", "青溪县马官镇余官村***"),
        ("village", "青溪县 马官镇 余官村 7号", "青溪县 马官镇 余官村***"),
        ("village", "老街村3组", "老街村***"),
        ("village", "云岩区中华路新村巷7号", "云岩区***"),
        ("village", "马官镇第五村民小组", "马官镇***"),
        ("village", "岩脚组7号", "***"),
        ("village", "余官村", "余官村"),
        ("village", "马官镇", "马官镇"),
        ("county", "贵州省贵阳市云岩区中华路7号", "贵州省贵阳市云岩区***"),
        ("county", "云岩区", "云岩区"),
        ("county", "贵阳市", "贵阳市"),
        ("county", "余官村7号", "***"),
        ("county", "贵阳市中华路7号", "贵阳市***"),
        ("county", "惠民超市对面", "***"),
        ("county", "", "***"),
    ],
)
def test_known_addresses(form: str, address: str, hidden: str) -> None:
    assert hide(Mask(form), address) == hidden


@pytest.mark.parametrize("county", COUNTIES)
@pytest.mark.parametrize("town", TOWNS)
def test_each_form_ends_at_its_level(county: str, town: str) -> None:
    for village in VILLAGES:
        whole = f"{county}{town}{village}岩脚组7号"
        assert hide(Mask("village"), whole) == f"{county}{town}{village}***"
        assert hide(Mask("township"), whole) == f"{county}{town}***"
        assert hide(Mask("county"), whole) == f"{county}***"
        assert hide(Mask("village"), town + village) == town + village


@many
@given(st.sampled_from(("", *COUNTIES)), st.sampled_from(("", *TOWNS)), st.sampled_from(("", *VILLAGES)), st.sampled_from(DOORS),
       st.sampled_from(("village", "township", "county")))  # fmt: skip
def test_a_door_is_never_told(county: str, town: str, village: str, door: str, form: str) -> None:
    hidden = hide(Mask(form), county + town + village + door)
    assert hidden.endswith("***") and (county + town + village).startswith(hidden[:-3])
    assert hidden == hide(Mask(form), county + town + village + "岩脚组7号")


@many
@given(st.sampled_from(COUNTIES), st.sampled_from(TOWNS), st.sampled_from(VILLAGES), st.sampled_from(("village", "county")))
def test_what_is_coarse_enough_stays(county: str, town: str, village: str, form: str) -> None:
    coarse = {"village": county + town + village, "county": county}[form]
    assert hide(Mask(form), coarse) == coarse
