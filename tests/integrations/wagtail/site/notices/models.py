# ruff: noqa: RUF012 (as Django and Wagtail write it)
"""A page with everything that a page of a county's site may have, and a snippet with drafts."""

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.blocks import CharBlock, ListBlock, RichTextBlock, StreamBlock, StructBlock, TextBlock
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock
from wagtail.models import DraftStateMixin, Orderable, Page, PreviewableMixin, RevisionMixin, WorkflowMixin
from wagtail.snippets.models import register_snippet


class Person(StructBlock):
    name = CharBlock(label="姓名", required=False)
    number = CharBlock(label="身份证号", required=False)
    note = RichTextBlock(label="备注", required=False)


class Blocks(StreamBlock):
    text = TextBlock(label="文字")
    rich = RichTextBlock(label="段落")
    people = ListBlock(Person(), label="人员")
    table = TableBlock(label="表格")
    file = DocumentChooserBlock(label="附件")
    picture = ImageBlock(label="图片")


class NoticePage(Page):
    summary = models.TextField("摘要", blank=True)
    body = RichTextField("正文", blank=True)
    blocks = StreamField(Blocks(required=False), verbose_name="内容", blank=True)
    year = models.IntegerField("年度", null=True, blank=True)

    content_panels = [
        *Page.content_panels, FieldPanel("summary"), FieldPanel("body"), FieldPanel("blocks"), InlinePanel("contacts", label="联系人"),
    ]  # fmt: skip
    template = "notices/notice.html"


class Contact(Orderable):
    page = ParentalKey(NoticePage, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField("联系人", max_length=50)
    phone = models.CharField("电话", max_length=50, blank=True)

    panels = [FieldPanel("name"), FieldPanel("phone")]

    class Meta:
        verbose_name = "联系人"


class Banner(WorkflowMixin, DraftStateMixin, RevisionMixin, PreviewableMixin, models.Model):
    text = models.CharField("横幅文字", max_length=200)
    panels = [FieldPanel("text")]

    def __str__(self):
        return self.text


register_snippet(Banner)
