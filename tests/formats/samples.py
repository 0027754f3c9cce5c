"""The samples of ../shared/samples/formats: what each holds, by place, as independent readers show it; who finds and masks it here.

`HELD`: sample → "where=kinds; …" with n a name, i an ID (whole or what is left of it), p a telephone, m a mail address, a a masked value;
where: a part of the report's place ("member place").  "" where a sample holds no value that anyone could read.
`HOSTILE`: sample → status and reason.
"""

from __future__ import annotations

import re
from pathlib import Path

from deident.detectors import Scene
from deident.engine import Scanner
from deident.model import Candidates, FileReport

FOLDER = Path(__file__).parents[2].parent / "shared/samples/formats"
NAMES = ("张伟民", "欧阳雪梅", "李建国")
ID, PHONE, MAIL = "110101199003074578", "13800138000", "zhangwm90@example.gov.cn"
VALUES = (*NAMES, ID, PHONE, MAIL)
ADDRESS = "建设路88号"
_KINDS = dict.fromkeys(NAMES, "person_name") | {ID: "resident_id", PHONE: "mobile", MAIL: "email"}
LETTERS = {"person_name": "n", "official_name": "n", "resident_id": "i", "resident_id_precision_lost": "i", "mobile": "p", "mobile_han": "p",
           "email": "m", "masked_id": "a", "masked_phone": "a"}  # fmt: skip

POLICY = """
id      = "samples"
name    = { zh = "样例：全部脱敏", en = "samples: everything goes" }
extends = "gov-publish"

[[rule]]
id     = "everything"
categories = ["id_number", "home_address", "bank_account", "birth_date", "phone", "email", "person_name"]
action = "mask"
mask   = { form = "suppress" }
reason = { zh = "样例", en = "sample" }
basis  = ["default"]

[[example]]
text   = "联系人«陈一一»"
action = "mask"
rule   = "everything"
"""


def find(scene: Scene) -> Candidates:
    """Exactly the values of the samples: the check digit of their ID is wrong, so rules alone doubt it."""
    numbers = {pattern.id: number for number, pattern in enumerate(scene.plan.patterns)}
    return Candidates.rows(
        [
            (found.start(), found.end(), numbers[kind], 1.0)
            for value, kind in _KINDS.items()
            for found in re.finditer(re.escape(value.encode()), scene.batch.view)
        ]
    )


def scanner(folder: Path) -> Scanner:
    """One that finds and masks all of it."""
    policy = folder / "samples.toml"
    policy.write_text(POLICY, "utf-8")
    return Scanner(policy=str(policy), detectors=[find], ner=False)


def places(report: FileReport) -> list[tuple[str, str]]:
    """(member and place, letter of the kind) of everything in a report."""
    top = len(report.file)
    return [
        (f"{each.file[top + 1 :]} {finding.where}".strip(), LETTERS.get(finding.kind, "?"))
        for each in report.all()
        for finding in each.findings
    ]


def missing(report: FileReport, held: str) -> list[str]:
    """What the table says is there and the report does not tell."""
    found = places(report)
    return [
        f"{where}={letter}"
        for where, _, letters in (row.strip().rpartition("=") for row in held.split(";") if row.strip())
        for letter in letters
        if not any(where in place and letter == kind for place, kind in found)
    ]


_PAGE = "line 4=nip; line 9=nip; line 1 @title=n; <meta description>=np; @onload=p; line 3 comment=nip; line 5 @href=pmn; line 5 @title=n; line 6 @href=n; line 7 @value=i; @alt=n; @data-json=i; script=np; @srcdoc=n; style=p"
_WORD = (
    "paragraph 1=nip; paragraph 2=p; table 1 row 1=ni; tracked change=nip; comment=np; subject=i; creator=n; description=p; "
    ".png line 1=i; .png metadata=np"
)
_DOCX = _WORD + "; header1=n; footer1=p; @author=n; @descr=n; @Target=nm; lastModifiedBy=n"
_SIMPLE = "paragraph 2=nip; table 1 row 2=ni; table 1 row 3=ni; table 1 row 4=ni; creator=n"
_SHEET = "A2=n; B2=i; C2=i; D2=p; F2=p; A3=n; B3=i; A4=n; B4=i; C4=i; D4=p; D12=p; 隐藏!A1=i"
_XLSX = "A2=n; B2=i; C2=i; D2=p; F2=p; A3=n; B3=i; C3=i; D3=p; A4=n; D12=p; 隐藏!A1=i; comments=np; workbook=i; @Target=m; @prompt=p; 公示=n; creator=n; keywords=p"
_REPORTLAB = "page 1=nip; info /Author=n; page 1 link=p; form field idno=i; page 1 annotation=np; outline=n"
_LIST = "page 1=nip"

HELD = {
    "arch/a.txt": "line 1=ni",
    "arch/gbkname.zip": "@meta=n; .txt line 1=ni",
    "arch/m.eml": "From=nm; To=m; Subject=n; filename=n; =npi; " + _SIMPLE.replace("paragraph", ".docx paragraph"),
    "arch/n.7z": "a.txt line 1=ni",
    "arch/page.mhtml": "Snapshot-Content-Location=p; =ni",
    "arch/s.warc.gz": "record 1=ni; record 2=pi; record 3=i; record 4=pni; api.json line 1=pn; a~2.html line 1=ni; "
    + _DOCX
    + "; "
    + _PAGE,
    "chromium.pdf": _LIST,
    "chromium_wqy.pdf": _LIST,
    "handmade.ofd": "page 1=nip; Creator=n; Remark=p; @title=n; Author=n; sfzh=i; v0.xml=ni",
    "html_gb18030.html": _PAGE,
    "html_gbk.html": _PAGE,
    "html_utf-8.html": _PAGE,
    "incremental.pdf": _REPORTLAB + "; earlier version=n",
    "leaky.doc": "paragraph 1=nip; paragraph 2=p; paragraph 3=ni; header=np; comment=np; subject=i; author=n; comments=p; last-author=n; .png line 1=i; .png metadata=np",
    "leaky.docx": _DOCX,
    "leaky.ods": _SHEET
    + "; E2=ni; @condition=n; comment=np; @href=m; @expression=i; styles footer=n; initial-creator=n; keyword=p",
    "leaky.odt": _WORD + "; initial-creator=n; @creator=n; @desc=n; styles header=n; styles footer=p",
    "leaky.ppt": "slide 1=nip; slide 2=i; notes=np; author=n; table 1 row 2=n; table 1 row 3=n; table 1 row 4=n",
    "leaky.pptx": "slide 1=nip; slide 1 notes=np; slide 1 chart=n; slide 2=i; creator=n; .xlsx Sheet1!A2=n; .xlsx Sheet1!A3=n; .xlsx Sheet1!A4=n",
    "leaky.rtf": "paragraph 1=nip; paragraph 2=p; paragraph 3=ni; header=n; footer=p; deleted=nip; revtbl=n; subject=i; doccomm=p; author=n; annotation=np; wzDescription=n; .png line 1=i; .png metadata=np; .wmf!picture1.bmp line 1=i; .emf!picture1.bmp line 1=i",
    "leaky.xls": _SHEET + "; footer=n; author=n; keywords=p; Workbook=m",
    "leaky.xlsx": _XLSX,
    "libreoffice.pdf": "page 1=nip; info /Author=n",
    "no_tounicode.pdf": _LIST,
    "oldwps_gbk.pdf": "page 1=nip; actual text=ni; info /Author=n; info /Keywords=p; PieceInfo=n; file description=n; file name=n; xmp dc:creator=n; xmp pdf:Keywords=p; .txt line 1=ni",
    "photo_exif.jpg": "line 1=i; metadata=p",
    "pic_text.png": "line 1=i; metadata=np",
    "raw.xlsx": _XLSX,
    "reportlab.pdf": _REPORTLAB,
    "scanned.pdf": "image 1.jpg line 2=nip; image 1.jpg line 5=ni; image 1.jpg line 6=ni; image 1.jpg line 7=ni",
    "simple.docx": _SIMPLE,
    "src.html": "line 2=nip; line 3=ni",
    "src_wqy.html": "line 2=nip; line 3=ni",
    "tricks/c01_sci.csv": "line 2=n; line 3=ni; line 4=ni",
    "tricks/d01_docx_altcontent_customxml.docx": "paragraph 1=n; fallback=n; field=m; customXml/item1.xml=i; x.xlsx 公示!A2=n; x.xlsx 公示!B2=i; x.xlsx 公示!D2=p",
    "tricks/h01_title_alt_value.html": "@alt=n; @title=i; @value=ip",
    "tricks/h02_masked_text_full_attr.html": "@title=i; @href=p; @data-full=n",
    "tricks/h03_comment_row.html": "comment=nip",
    "tricks/h04_split_inline.html": "line 1=ni",
    "tricks/h05_entities.html": "line 1=ni; @href=m",
    "tricks/h06_js_unicode.html": "script=nip",
    "tricks/h07_js_frontend_mask.html": "line 1=p",
    "tricks/h08_css_hidden.html": "line 1=nip; style=p",
    "tricks/h09_zero_width_fullwidth.html": "line 1=nip",
    "tricks/h10_pct_gbk_url.html": "@href=ni; <meta refresh>=p",
    "tricks/h11_radicals.txt": "line 1=n",
    "tricks/h12_rtl_reverse.html": "",
    "tricks/h13_gbk_mislabelled.html": "line 1=ni",
    "tricks/h14_utf16.txt": "line 1=ni",
    "tricks/h15_data_uri.html": "@src=nip",
    "tricks/i01_exif_thumbnail_of_unmasked.jpg": "metadata=np",
    "tricks/i02_png_trailing_zip.png": "metadata=ni",
    "tricks/i03_alpha_hidden.png": "",  # told by its warning: what is transparent is emptied unread
    "tricks/i04_second_frame.tiff": "frame 2 line 1=i",
    "tricks/i05_second_frame.gif": "frame 2 line 1=i",
    "tricks/j01_search_index.json": "line 1=ni",
    "tricks/j02_number_and_escape.json": "line 1=nip",
    "tricks/j03_jsonp.js": "line 1=p",
    "tricks/print_1.html": "line 1=ni",
    "tricks/x01_pivot_extlink_revisions.xlsx": _XLSX + "; pivot cache=ni; externalLink1=i; revisionLog1=n; printer settings=n",
}

#: Samples that are not wholly masked, and what is said of them: digits that only a style sheet turns round.
OPEN = {"tricks/h12_rtl_reverse.html": ("partial", "bidi-override")}
UNREAD = ("tricks/h12_rtl_reverse.html",)

HOSTILE = {
    "arch/n.tar.gz": ("refused", "part-unseen"),  # the tar in it holds `../evil`
    "hostile/bomb.docx": ("refused", "bomb"),
    "hostile/bomb.pdf": ("refused", "bomb"),
    "hostile/deep.html": ("masked", ""),
    "hostile/deep.json": ("clean", ""),  # 100,000 brackets and nothing in them
    "hostile/deep.xml": ("clean", ""),  # 100,000 elements and nothing in them
    "hostile/dup.docx": ("refused", "duplicate-member"),
    "hostile/enc_owner.pdf": ("masked", ""),
    "hostile/enc_user.pdf": ("refused", "encrypted"),
    "hostile/laughs.docx": ("clean", ""),  # "ha", never expanded
    "hostile/laughs.xml": ("clean", ""),
    "hostile/polyglot.docx": ("masked", ""),
    "hostile/recursive.pdf": ("clean", ""),  # a form that draws itself, and no text
    "hostile/traversal.zip": ("refused", "traversal"),
    "hostile/trunc.docx": ("refused", "damaged"),
    "hostile/trunc.pdf": ("unscannable", "unmapped-glyphs"),
    "hostile/xxe.xml": ("masked", ""),
}
