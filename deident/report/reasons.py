"""Why a file was not (wholly) read, and what was noticed in it: keys that readers of formats give, as (zh, en); see messages.py.

A key may carry a detail behind a colon ("needs:pdf"), which fills in {what}.
"""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    # not read
    "needs": ("缺少组件：pip install 'deident[{what}]'", "a component is missing: pip install 'deident[{what}]'"),
    "needs-office": (
        "需要 LibreOffice 才能转换（安装后重试，或先另存为 docx/xlsx/pptx）",
        "LibreOffice is needed to convert it (install it, or save as docx/xlsx/pptx first)",
    ),
    "damaged": ("文件已损坏或不完整", "the file is damaged or cut off"),
    "encrypted": ("文件已加密：请去除密码后再检查", "the file is encrypted: remove the password first"),
    "bomb": ("解压后过大（疑似压缩炸弹）", "unpacks to far too much (a decompression bomb?)"),
    "too-many-members": ("内含文件过多", "holds too many files"),
    "too-deep": ("嵌套层数过多", "nested too deeply"),
    "traversal": ("内含指向文件夹之外的路径", "holds paths that lead out of their folder"),
    "duplicate-member": ("内含重名文件", "holds two files of the same name"),
    "unsupported": ("使用了不支持的压缩方法或编码", "uses a compression or an encoding that cannot be read"),
    "hung": ("读取耗时过长，已放弃", "reading it took too long and was given up"),
    "lost": ("读取时进程异常退出（可能是内存不足）", "the process that read it ended unexpectedly (out of memory?)"),
    "not-written": ("无法安全写入脱敏结果", "the masked result could not be written safely"),
    "unsupported-ole": (
        "不支持的复合文档（Outlook 邮件、缩略图库等）",
        "a compound file of a kind that is not read (an Outlook message, a thumbnail cache …)",
    ),
    # read in part
    "part-unseen": ("其中有未能检查的部分（见该部分的记录）", "a part of it could not be scanned (see that part's own row)"),
    "members-left-out": ("未能检查的成员未写入脱敏结果", "members that could not be scanned were left out of the masked copy"),
    "unmapped-glyphs": (
        "有文字无法还原为字符（字体没有 ToUnicode）：需要文字识别",
        "text whose characters are unknown (fonts without ToUnicode): it needs text recognition",
    ),
    "image-needs-ocr": (
        "图片未识别文字：pip install 'deident[ocr]'",
        "text in pictures was not read: pip install 'deident[ocr]'",
    ),
    "hidden-bytes": ("含不属于任何成员的数据（写出时去除）", "holds bytes that belong to no member (not written again)"),
    "poor-recognition": (
        "图片中的文字难以辨认，自动识别不可靠：请人工检查",
        "text in a picture can hardly be read: a person must look at it",
    ),
    "frames-unseen": ("图片帧数过多，未全部识别", "a picture has too many frames: not all were read"),
    "bidi-override": (
        "有文字被设置为反向显示，显示内容与源码不同：请人工核对",
        "text is shown in another order than it is written: a person must look",
    ),
    # noticed
    "metadata": (
        "图片带有元数据（位置、作者、设备、缩略图等），写出时一并移除",
        "a picture carries metadata (place, author, device, thumbnail …): removed when it is written",
    ),
    "number-zeroed": ("表格中的数字已置为 0", "numbers in cells were set to 0"),
    "links-dropped": ("压缩包中的链接和设备不写入脱敏结果", "links and devices in an archive are not written to the masked copy"),
    "bad-bytes": ("含无法解码的字节", "holds bytes that cannot be decoded"),
    "entity-declaration": ("含 XML 实体声明（未展开）", "declares XML entities (not expanded)"),
    "encrypted-owner": (
        "设有权限密码（可打开但限制编辑）：脱敏后的文件不再带有限制",
        "protected by an owner's password (opens, but forbids things): the masked copy forbids nothing",
    ),
    "macros": ("含宏", "holds macros"),
    "hidden-text": ("含看不见的文字", "holds text that is not visible"),
    "fake-redaction": ("遮盖下仍有文字（假脱敏）", "text is still there under a cover (a fake redaction)"),
    "earlier-versions": ("含有本文件较早版本的内容", "still holds what earlier versions of it showed"),
    "font-without-mask": (
        "内嵌字体可能没有 * 字形，遮盖处可能显示为空白",
        "embedded fonts may have no glyph for the mask: masked places may look empty",
    ),
    "font-unpruned": (
        "某个嵌入字体仍含已删除文字的字形或编码（看不出顺序和内容）",
        "an embedded font still holds shapes or codes of removed characters (not their order)",
    ),
    "signature-broken": ("脱敏使数字签名或电子印章失效：请重新签署", "masking breaks the digital signature or seal: sign again"),
    "thumbnail-removed": ("已移除缩略图", "the thumbnail was removed"),
    "rasterised": (
        "有页面的文字无法逐字移除，已转为图片：请人工核对该页",
        "pages whose text could not be taken out were turned into pictures: a person must look at them",
    ),
    "recompressed": ("图片已重新编码", "the picture was encoded again"),
    "converted": ("已转换为 {what}，指向原文件的链接需要更新", "converted to {what}: links to the old file must be changed"),
    "written-as": ("已改写为 {what} 格式", "written as {what}"),
    "repaired": ("文件有损坏，已按可读的部分处理", "the file is damaged: what could be read was"),
    "open-members": ("其中有文件须处理", "files inside need something done"),
}
