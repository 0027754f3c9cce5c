"""Reading and masking whatever a page may hold: rich text, streams, tables, children, linked documents."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

NUMBER, SECOND, THIRD = "52010219010315904X", "520102190103159058", "520102190103159074"
MASK = "52****************"

pytestmark = [pytest.mark.usefixtures("undone")]


def page(**fields: Any) -> Any:
    from notices.models import NoticePage
    from wagtail.models import Page

    new = NoticePage(**{"title": "公示", "slug": "notice", "live": False, **fields})
    Page.objects.get(depth=2).add_child(instance=new)
    new.save_revision()
    return NoticePage.objects.get(pk=new.pk)


def supervisor() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username="supervisor")


def document(text: str) -> Any:
    """A Word document in the library."""
    from django.core.files.base import ContentFile
    from wagtail.documents import get_document_model

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "word/document.xml", f'<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
        )
    return get_document_model().objects.create(title="名单", file=ContentFile(made.getvalue(), "mingdan.docx"))


BLOCKS: list[dict[str, Any]] = [
    {"type": "text", "value": f"第一行\r\n身份证号：{NUMBER}\n<b>不是标签</b> & \"引号\""},
    {"type": "rich", "value": f'<p>身份证号：<b>{NUMBER[:6]}</b>{NUMBER[6:]}，<a linktype="page" id="2">链接</a></p>'},
    {"type": "people", "value": [
        {"type": "item", "value": {"name": "", "number": NUMBER, "note": f"<p>身份证号{NUMBER}</p>"}},
        {"type": "item", "value": {"name": "", "number": "见附件", "note": ""}},
    ]},
    {"type": "table", "value": {"data": [["编号", "身份证号"], ["甲", NUMBER], [None, ""]], "first_row_is_table_header": True}},
]  # fmt: skip


def test_everything_that_goes_public_is_read() -> None:
    from notices.models import Contact

    from deident.integrations.wagtail.content import read

    one = page(
        summary="摘要文字", seo_title="搜索标题", search_description="搜索描述", body='<p>正文</p><a linktype="document" id="7">x</a>',
        blocks=json.dumps(BLOCKS), year=1901, contacts=[Contact(name="联系人甲", phone="0851-85550101")],
    )  # fmt: skip
    content = read(one)
    found = {piece.label: piece.value for piece in content.pieces}
    assert content.title == "公示"
    for value in ("摘要文字", "搜索标题", "搜索描述", "notice", "1901", "联系人甲", "0851-85550101", "甲", "见附件"):
        assert value in found.values(), value
    assert found["内容 › 3. 人员 › 1 › 身份证号"] == NUMBER and found["内容 › 4. 表格 › 2/2"] == NUMBER
    assert [(choice.model, choice.key) for choice in content.choices] == [("document", "7")]
    written = {piece.path for piece in content.pieces}
    books = {"path", "url_path", "draft_title", "live", "translation_key", "first_published_at", "content_type", "locked_at"}
    assert not books & {path[0] for path in written}
    assert NUMBER not in repr(content)
    assert content.replaced({}, {}) == one.serializable_data(), "what is not changed comes back as it was"


def test_masks_are_put_where_the_values_were_and_the_page_goes_live() -> None:
    from notices.models import Contact, NoticePage

    from deident.integrations.wagtail import stop

    one = page(
        title=f"关于{NUMBER}的公示", seo_title=f"身份证号{NUMBER}", slug=f"n-{NUMBER.lower()}",
        body=f'<p data-block-key="a1">申请人身份证号：<b>{NUMBER}</b>，<a linktype="page" id="2">链接</a>&amp;</p>',
        blocks=json.dumps(BLOCKS), contacts=[Contact(name="办公室", phone=f"身份证号：{NUMBER}")],
    )  # fmt: skip
    masked = stop.mask(one, supervisor())
    assert not masked.left
    stop.publish(one, supervisor())
    live = NoticePage.objects.get(pk=one.pk)
    assert (
        live.live
        and live.body == f'<p data-block-key="a1">申请人身份证号：<b>{MASK}</b>，<a linktype="page" id="2">链接</a>&amp;</p>'
    )
    assert live.title == f"关于{MASK}的公示" and live.slug == f"n-{MASK.replace('*', 'x')}"
    stream = [block["value"] for block in live.blocks.get_prep_value()]
    assert stream[0] == BLOCKS[0]["value"].replace(NUMBER, MASK), "every other character stays"
    assert (
        stream[2][0]["value"]["number"] == MASK
        and stream[3]["data"][0] == ["编号", "身份证号"]
        and stream[3]["data"][1][1] == MASK
    )
    shown = json.dumps(live.serializable_data(), ensure_ascii=False, default=str)
    assert NUMBER not in shown and NUMBER[6:] not in shown and live.contacts.get().phone == f"身份证号：{MASK}"


def test_what_a_person_must_decide_stays_and_is_not_published() -> None:
    from deident.integrations.wagtail import stop
    from deident.integrations.wagtail.guard import Stopped

    one = page(
        blocks=json.dumps(
            [{"type": "people", "value": [{"type": "item", "value": {"name": "陈一一", "number": NUMBER, "note": ""}}]}]
        )
    )
    stop.mask(one, supervisor())
    with pytest.raises(Stopped) as stopped:
        stop.publish(one, supervisor())
    assert stopped.value.judged.verdict == "review" and MASK in stop.latest_of(one).content["blocks"]


def test_a_linked_document_is_read_and_replaced_by_a_masked_copy() -> None:
    from notices.models import NoticePage
    from wagtail.documents import get_document_model

    from deident.integrations.wagtail import stop
    from deident.integrations.wagtail.guard import judge

    one = document(f"身份证号：{NUMBER}")
    link = f'<p>见<a id="{one.pk}" linktype="document">附件</a></p>'
    two = page(body=link, blocks=json.dumps([{"type": "file", "value": one.pk}, {"type": "rich", "value": link}]))
    judged = judge(stop.draft(two))
    assert judged.verdict == "blocked" and [row.label for row in judged.rows] == ["mingdan.docx › 第1段"]
    masked = stop.mask(two, supervisor())
    assert [file.record.pk for file, *_ in masked.files] == [one.pk]
    stop.publish(two, supervisor())
    live = NoticePage.objects.get(pk=two.pk)
    new = get_document_model().objects.latest("pk")
    assert new.pk != one.pk and live.live
    assert live.body == link.replace(f'id="{one.pk}"', f'id="{new.pk}"')
    assert [block["value"] for block in live.blocks.get_prep_value()] == [new.pk, live.body]
    with new.file.open() as file:
        assert MASK in zipfile.ZipFile(file).read("word/document.xml").decode()


def test_a_file_that_was_not_read_clears_nothing(settings: Callable[..., None]) -> None:
    from deident.integrations.wagtail import stop
    from deident.integrations.wagtail.guard import door

    one = document("咨询电话12345")
    two = page(blocks=json.dumps([{"type": "file", "value": one.pk}]))
    assert door().check(stop.draft(two)).verdict == "publishable"
    settings(MAX_MB=0.0001)
    judged = door().check(stop.draft(two))
    assert judged.verdict == "incomplete" and "mingdan" in judged.reasons[0]
    settings(FILES=0)
    assert door().check(stop.draft(two)).verdict == "incomplete"
    settings()
    one.file.storage.delete(one.file.name)
    assert door().check(stop.draft(two)).verdict == "incomplete"


def test_a_number_in_a_field_for_numbers_is_left_to_the_editor() -> None:
    from deident.integrations.wagtail.pieces import Piece
    from deident.integrations.wagtail.written import write

    written = write(
        [
            Piece(("a",), "A", "甲\r\n<乙>&", cue="提示"),
            Piece(("b",), "B", "<p>丙</p>", html=True),
            Piece(("c",), "C", "丁", row=(1, 0)),
        ]
    )
    assert dict(written.values(written.html) or {"": "?"}) == {"": "?"} and written.values(written.html) == {}
    assert written.values(written.html.replace("丙", "*").replace("甲", "*")) == {("b",): "<p>*</p>", ("a",): "*\r\n<乙>&"}
    assert written.values(written.html.replace("<!--", "")) is None
    at = written.at(written.html.index("丙"))
    assert at and at.label == "B"
