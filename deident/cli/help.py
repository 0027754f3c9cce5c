"""Help texts of the command line: (zh, en)."""

from __future__ import annotations

HELP: dict[str, tuple[str, str]] = {
    "top": ("在政府网页内容公开之前查找并遮盖个人信息。", "Find and mask personal information in government web content before it is published."),
    "codes": (
        "退出码：0 无需处理 · 1 有须脱敏或复核的内容 · 2 用法或配置错误 · 3 不完整（有内容未能检查）",
        "exit codes: 0 nothing to do · 1 something to mask or review · 2 wrong usage or configuration · 3 incomplete",
    ),
    "scan": ("检查整个文件夹，输出报告", "scan a dump and write reports"),
    "mask": ("复制整个文件夹并就地脱敏、核验", "write the same tree with personal information masked and verified"),
    "check": (
        "发布前检查一份文档（- 为标准输入：原始字节，或含 title、html、text 的 JSON）",
        "check one document before it is published (- is standard input: bytes, or JSON with title, html, text)",
    ),
    "test": ("运行规则文件中的示例", "run the examples inside the pattern files"),
    "list": ("列出种类、校验、格式、策略、文档类型", "list kinds, checks, formats, policies or document types"),
    "policy": (
        "显示策略对一种文档类型的处理（show），或检查自己的策略文件（check）",
        "show what a policy does with a type of document (show), or check a policy file of your own (check)",
    ),
    "paths": ("文件或文件夹", "files or folders"),
    "src": ("文件或文件夹", "file or folder"),
    "file": ("文件，或 - 表示标准输入", "a file, or - for standard input"),
    "out": ("报告文件夹", "folder for the reports"),
    "dst": ("输出文件夹；输入为单个文件时也可为文件名（如 out.html）", "output folder; for a single file also a file name (out.html)"),
    "report": ("报告文件夹（默认为 DST/.deident；输出为文件时为 DST.deident）", "folder for the reports (default: DST/.deident; DST.deident for a file)"),
    "policy_name": ("策略（默认 gov-publish）", "policy (default gov-publish)"),
    "patterns": ("另加的规则文件夹", "folder with further pattern files"),
    "matcher": ("匹配引擎", "matching engine"),
    "jobs": ("进程数（默认为处理器数）", "processes (default: one per processor)"),
    "resume": ("继续上次中断的任务，已完成的文件不重做", "go on with an interrupted run; finished files are not done again"),
    "force": ("输出文件夹不为空时重新开始", "start over in an output folder that is not empty"),
    "max_size": ("单个文件的大小上限（MB，默认 200）", "largest file that is read, in MB (default 200)"),
    "exit_zero": ("有须脱敏或复核的内容时也返回 0（2、3 照常）", "return 0 also when something is to be masked or reviewed (never for 2 or 3)"),
    "time_limit": ("一批文件的时间上限（秒，默认 120）", "seconds allowed for one batch of files (default 120)"),
    "lang": ("语言：zh、en 或 auto（按系统）", "language: zh, en or auto (from the locale)"),
    "quiet": ("不显示进度和总结", "no progress, no summary"),
    "version": ("显示版本", "show the version"),
    "format": ("输出格式", "output format"),
    "title": ("文档标题（用于判断文档类型）", "the document's title (helps to tell its type)"),
    "dir": ("另加的规则文件夹", "folder with further pattern files"),
    "suppressions": ("网站抑制清单：经核对可以保留的内容", "the site's list of what was looked at and stays"),
    "ner": (
        "正文中的姓名和病情、亲属等表述用模型查找（默认：已安装 deident[ner] 时使用；--no-ner 只用规则）",
        "find names and telling phrases in running text by the model (default: where deident[ner] is installed; --no-ner: rules alone)",
    ),
    "data_set": (
        "数据集名称：假名在同一数据集内一致（默认为输入的名称）",
        "name of the data set, within which pseudonyms are the same (default: the name of the input)",
    ),
    "explain": ("逐条说明判断的理由", "say for each finding why it was decided so"),
    "doc_type": (
        "文档类型，已知时给出（见 deident list types；unknown 为未知）",
        "the document's type, where you know it (deident list types; unknown)",
    ),
    "policy_what": ("show 显示，check 检查", "show or check"),
    "policy_of": (
        "show：文档类型（见 deident list types）或 unknown；check：策略文件",
        "show: a document type (deident list types) or unknown; check: a policy file",
    ),
    "what": ("要列出的内容", "what to list"),
}  # fmt: skip
