"""Records of data exports: keys as headers, whose record it is, headers that only their neighbours explain."""

from __future__ import annotations

import json

import pytest

from deident import Scanner

SCANNER = Scanner(ner=False)
RECORD = '{"xm":"陈一一","hyzk":"40","cjlb":"肢体","cjdj":"3","jkzk":"高血压","jtnsr":48000.00,"yhzgx":"妻","po":"罗二二","khyh":"农行青溪支行"}'


def found(text: str) -> list[tuple[str, str]]:
    """Values and kinds."""
    return [(text[f.start : f.end], f.kind) for f in SCANNER.scan(text)]


def test_a_record_is_read_by_its_keys() -> None:
    assert found(RECORD) == [
        ("陈一一", "person_name"), ("40", "marital"), ("肢体", "disability_level"), ("3", "disability_level"), ("高血压", "diagnosis"),
        ("48000.00", "family_income"), ("妻", "relation"), ("罗二二", "person_name"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("<row><xm>陈一一</xm><hyzk>40</hyzk></row>", "40"),
        ("xm：陈一一\nhyzk：40\n", "40"),
        ('{"name": "陈一一", "user_id_card": "52010219010315904X", "marital_status": "21"}', "21"),
        ("{'xm': '陈一一', 'hyzk': '30'}", "30"),
        (r"{\"xm\":\"陈一一\",\"hyzk\":\"30\"}", "30"),
        ('{"姓名":"陈一一","婚姻状况":"20"}', "20"),
        ("xm=陈一一&hyzk=40", "40"),
    ],
)
def test_members_are_written_in_many_ways(text: str, value: str) -> None:
    assert (value, "marital") in found(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"qymc":"青溪商贸有限公司","fzr":"王三三","income":"48000"}',
        '{"post":"保安","salary":"3000"}',
        '{"name":"青溪一中","address":"青溪县","education":"小学"}',
    ],
)
def test_a_record_of_nobody_is_left_alone(text: str) -> None:
    assert not [kind for _, kind in found(text) if kind in ("family_income", "background", "home_address")]


def test_short_keys_are_told_by_their_neighbours() -> None:
    assert ("2", "disability_level") in found('{"xm":"陈一一","lb":"智力","dj":"2","cjzh":"33052219030806993942"}')
    assert ("2", "disability_level") not in found('{"xm":"陈一一","lb":"羽毛球","dj":"2"}')


def test_columns_are_told_by_their_neighbours() -> None:
    levels = [value for value, kind in found("姓名\t残疾类别\t等级\n陈一一\t肢体\t三级") if kind == "disability_level"]
    assert levels == ["肢体", "三级"]
    assert not found("学校\t类别\t等级\n青溪一中\t高中\t一级")


def test_a_file_of_records(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.json"
    path.write_text(json.dumps([json.loads(RECORD)], ensure_ascii=False), encoding="utf-8")
    assert {"marital", "disability_level", "family_income", "relation"} <= {f.kind for f in SCANNER.scan_file(path).findings}


@pytest.mark.parametrize(
    "text", ['"' * 5000, '{"xm":' * 3000, "a=" * 9000, "：" * 9000, '{"hyzk":"' + "婚" * 9000, "<xm>" * 4000, ':"\0=>']
)
def test_junk_does_not_raise(text: str) -> None:
    SCANNER.scan(text)


def test_a_record_of_thousands_of_members_is_read_to_its_end() -> None:
    """No blank line ends it: what stands beside a member is looked for once a record, not once a member."""
    text = "xm=陈一一\nhyzk=40\ncjzh=52010219010315904X42\nlb=肢体\ndj=三级\n" * 600
    kinds = [kind for _, kind in found(text)]
    assert (kinds.count("marital"), kinds.count("disability_level")) == (600, 1200)
