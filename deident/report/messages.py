"""What the command line and the reports say, in Chinese and English.

`say(lang, key, **values)` is the only way in; a missing key is a programming error (KeyError), a missing language falls
back to Chinese.  No string here ever takes a value found in a document, only counts, file names and rule names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from deident.model import CATEGORY_NAMES, FileReport
from deident.report.reasons import REASONS
from deident.report.said import SAID

LANGUAGES = ("zh", "en")
_LARGER = re.compile(r"larger than (\d+) MiB")
_UNITS = {"line": "行", "row": "行", "page": "页", "slide": "页", "paragraph": "段"}
_PLACE = re.compile(rf"\b({'|'.join(_UNITS)}) (\d+)\b")

ACTION_NAMES: dict[str, tuple[str, str]] = {
    "mask": ("须脱敏", "mask"),
    "review": ("需人工复核", "review"),
    "keep": ("可保留", "keep"),
}

MASKED = ("已脱敏", "masked")  # what "mask" says once it is done

STATUS_NAMES: dict[str, tuple[str, str]] = {
    "clean": ("未发现问题", "clean"),
    "masked": ("已脱敏并核验", "masked and verified"),
    "partial": ("须处理，暂不能公开", "not ready to publish"),
    "unscannable": ("无法检查", "could not be scanned"),
    "refused": ("拒绝处理", "refused"),
}

MESSAGES: dict[str, tuple[str, str]] = {
    # errors
    "error": ("错误", "error"),
    "warning": ("警告", "warning"),
    "internal": (
        "内部错误 {type}（{file}:{line}）。结果不完整。设置 DEIDENT_DEBUG=1 可查看详情（详情可能含有原文）。",
        "internal error {type} ({file}:{line}). The result is incomplete. Set DEIDENT_DEBUG=1 for details (they may quote the input).",
    ),
    "missing": ("找不到 {path}。请检查路径。", "{path} does not exist. Check the path."),
    "not_plain": ("{path} 既不是文件也不是文件夹。", "{path} is neither a file nor a folder."),
    "is_folder": ("{path} 是文件夹；请用 deident scan。", "{path} is a folder: use deident scan."),
    "unreadable_input": ("无法读取 {path}：{why}", "{path} cannot be read: {why}"),
    "cannot_write": (
        "无法写入 {path}：{why}。请释放空间或检查权限，然后加 --resume 重新运行，已完成的部分不会重做。",
        "cannot write {path}: {why}. Free some space or fix the permissions, then run again with --resume; finished work is kept.",
    ),
    "cannot_write_report": ("无法写入 {path}：{why}。", "cannot write {path}: {why}."),
    "disk_full": ("磁盘已满", "the disk is full"),
    "no_permission": ("没有写入权限", "permission denied"),
    "inside": (
        "输出文件夹 {dst} 与输入 {src} 相互包含。请用 -o 另选一个文件夹。",
        "the output folder {dst} and the input {src} lie within each other. Choose another folder with -o.",
    ),
    "not_empty": (
        "输出文件夹 {dst} 不是空的。请另选文件夹；继续上次任务用 --resume，重新开始用 --force。",
        "the output folder {dst} is not empty. Choose another; or --resume to go on, --force to start over in it.",
    ),
    "file_exists": (
        "{path} 已存在。请另选名称，或用 --force 覆盖。",
        "{path} exists already. Choose another name, or --force to replace it.",
    ),
    "leads_into_source": (
        "{path} 通过链接指向输出文件夹之外，未写入。",
        "{path} leads out of the output folder through a link; nothing was written there.",
    ),
    "not_a_folder": ("{path} 不是文件夹。", "{path} is not a folder."),
    "state_differs": (
        "{path} 中的上次任务用的是不同的设置（{what}）。请用相同设置，或另选输出文件夹，或去掉 --resume 重新开始。",
        "the state in {path} was made with other settings ({what}). Use the same ones, another -o, or leave out --resume to start over.",
    ),
    "state_damaged": (
        "{path} 已损坏，不能继续。请去掉 --resume 重新开始。",
        "{path} is damaged and cannot be resumed. Leave out --resume to start over.",
    ),
    "state_busy": ("另一个 deident 正在使用 {path}。", "another deident is using {path}."),
    "worker_start": (
        "工作进程无法启动（退出码 {code}）。请尝试 --jobs 1。",
        "a worker process did not start (exit code {code}). Try --jobs 1.",
    ),
    "no_key": (
        "没有可用的密钥，报告中不含标记（tag），其余不受影响：{why}",
        "no key, so the report carries no tags (nothing else changes): {why}",
    ),
    "no_stdin": ("标准输入已关闭，没有可检查的内容。", "standard input is closed: there is nothing to check."),
    "stdin_empty": (
        "标准输入为空，未检查任何内容（请确认管道前面的命令没有出错）。",
        "standard input was empty: nothing was checked (did the command before the pipe fail?)",
    ),
    "stdin_twice": ("标准输入（-）只能读取一次。", "standard input (-) can be read only once."),
    "stdin_fields": (
        "标准输入的 JSON 中有 {count} 个未知字段，其内容未检查。",
        "the JSON on standard input has {count} fields that are not known: what is in them was not checked.",
    ),
    "name_of_stdin": ("--name 只用于标准输入（-）。", "--name is for standard input (-)."),
    "title_of_one": ("--title 只用于一份文档。", "--title is for one document."),
    "users_name": ("请给出一个账号名（list 不需要）。", "give the name of an account (list takes none)."),
    "users_role": ("请用 --role 指定角色：{roles}", "say which role with --role: {roles}"),
    "users_disabled": ("已停用", "disabled"),
    "users_type": ("密码：", "Password: "),
    "users_again": ("再输一次：", "Again: "),
    "users_differ": ("两次输入的密码不一致。", "the two passwords differ."),
    "users_add": ("已新建账号 {name}。", "the account {name} was made."),
    "users_disable": ("已停用账号 {name}，其登录已结束。", "the account {name} is disabled and signed out."),
    "users_enable": ("已启用账号 {name}。", "the account {name} is enabled."),
    "users_password": ("已重设 {name} 的密码，其登录已结束。", "{name} has another password and is signed out."),
    "no_server": (
        "deident serve 需要组件：pip install 'deident[server]'",
        "deident serve needs a component: pip install 'deident[server]'",
    ),
    "stdin_json": ("标准输入不是可用的 JSON 文档：{why}", "standard input is not a usable JSON document: {why}"),
    # what became of a file
    "cannot_read": ("无法读取文件（{why}）", "the file cannot be read ({why})"),
    "cannot_list": (
        "无法列出文件夹（没有权限），其中的内容未检查",
        "the folder cannot be listed (permissions?): its content was not scanned",
    ),
    "link_out": ("符号链接指向被检查的文件夹之外，未检查", "symbolic link out of the scanned folder: not followed"),
    "link_folder": ("指向文件夹的符号链接，已跳过", "symbolic link to a folder: skipped"),
    "link_broken": ("失效的符号链接，已跳过", "broken symbolic link: skipped"),
    "special": ("不是普通文件，已跳过", "not a plain file: skipped"),
    "own_report": ("deident 自己的报告，已跳过", "a report by deident: skipped"),
    "too_big": (
        "文件超过 {limit} MB 的上限（--max-size），未检查",
        "larger than the limit of {limit} MB (--max-size): not scanned",
    ),
    "crashed": (
        "处理此文件时进程被终止（信号 {signal}，可能是内存不足）",
        "the process was killed on this file (signal {signal}, perhaps out of memory)",
    ),
    "died": ("处理此文件时进程异常退出（退出码 {code}）", "the process ended unexpectedly on this file (exit code {code})"),
    "too_slow": ("处理超过 {seconds} 秒，已放弃", "took longer than {seconds} s: given up"),
    "failed": ("处理时出现内部错误 {type}", "internal error {type} on this file"),
    "no_result": ("引擎没有给出结果", "the engine gave no result"),
    "name_masked": ("文件名含个人信息", "the file name holds personal information"),
    "not-verified": ("脱敏后核验未通过，未写入", "the masked result did not pass verification and was not written"),
    "review-left": ("仍有内容需人工判断", "something is left for a person to decide"),
    "no_reader": ("不支持的格式：{what}", "not a format that can be read: {what}"),
    "unknown binary data": ("未知的二进制数据", "unknown binary data"),
    "too_large": ("超过 {limit} MiB 的上限", "larger than {limit} MiB"),
    # progress and outcome
    "empty": ("{path} 中没有文件，未检查任何内容。", "{path} holds no files; nothing was scanned."),
    "unit": ("文件", "files"),
    "found": ("发现", "findings"),
    "interrupted": (
        "已中断。已完成的部分已保存；用相同命令加 --resume 继续。",
        "interrupted. Finished work is saved; run the same command with --resume to go on.",
    ),
    "scanned_total": ("已检查 {files} 个文件（{size} MB，{seconds} 秒）", "{files} files scanned ({size} MB, {seconds} s)"),
    "report_at": ("报告：{path}", "report: {path}"),
    "output_at": ("脱敏结果：{path}", "masked files: {path}"),
    # what to do (CLI and page)
    "do_mask": (
        "{files} 个文件（{places} 处）须脱敏后才能公开。",
        "{files} files ({places} places) must be masked before publication.",
    ),
    "do_mask_how": (
        "运行 deident mask 输入 -o 输出 可就地脱敏并核验。",
        "deident mask SRC -o DST masks them in place and verifies the result.",
    ),
    "do_masked": (
        "已脱敏并核验 {places} 处；{files} 个文件可以公开，请用输出文件夹中的文件替换原文件。",
        "{places} places were masked and verified; {files} files are ready: publish those of the output folder instead.",
    ),
    "do_review": ("{files} 个文件（{places} 处）需要人工判断。", "{files} files ({places} places) need a person's decision."),
    "do_review_left": (
        "{files} 个文件（{places} 处）需要人工判断；已写入输出文件夹，判断之前请勿公开。",
        "{files} files ({places} places) need a person's decision: they are in the output folder, do not publish them before.",
    ),
    "do_unread": ("{files} 个文件未能检查，不能视为没有问题。", "{files} files could not be scanned and are not cleared."),
    "do_unwritten": (
        "{files} 个文件未能安全脱敏，没有写入输出文件夹。",
        "{files} files could not be masked safely and were not written to the output folder.",
    ),
    "do_partial": ("{files} 个文件仍不能公开（未完全处理）。", "{files} files are still not ready to be published."),
    "do_nothing": (
        "没有需要处理的内容：{files} 个文件中未发现须脱敏或复核的个人信息。",
        "Nothing to do: nothing to mask or review in {files} files.",
    ),
    "skipped": ("另有 {count} 项被跳过（链接、特殊文件等）。", "{count} further entries were skipped (links, special files)."),
    # check, test, list
    "check_clean": ("{file}：未发现须脱敏或复核的个人信息。", "{file}: nothing to mask or review."),
    "check_unread": (
        "{file}：未能检查（{reason}）。不能视为没有问题。",
        "{file}: could not be scanned ({reason}). It is not cleared.",
    ),
    "check_total": (
        "{file}：{mask} 处须脱敏，{review} 处需复核，{keep} 处可保留。",
        "{file}: {mask} to mask, {review} to review, {keep} may stay.",
    ),
    "test_ok": ("全部示例通过（{kinds} 种，{examples} 条示例）。", "all examples pass ({kinds} kinds, {examples} examples)."),
    "test_failed": ("{count} 条示例未通过。", "{count} examples fail."),
    "status_convention": ("（惯例或建议，非法律条文）", " (convention or advice, not law)"),
    "status_official": ("（官方通知）", " (official notice)"),
    "basis": ("依据", "basis"),
    **SAID,
    **REASONS,
}


def say(lang: str, key: str, **values: object) -> str:
    """The message `key` in the reader's language with `values` filled in."""
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
    return pick(lang, MESSAGES[key]).format(**shown)


def because(lang: str, report: FileReport) -> str:
    """The reason of a report in the reader's language, where it is known; any other stays as it is."""
    reason = report.reason
    if larger := _LARGER.fullmatch(reason):
        return say(lang, "too_large", limit=int(larger[1]))
    if (code := reason.partition(":")[0]) in REASONS:
        return noticed(lang, reason)
    known = pick(lang, MESSAGES[code]) if code in MESSAGES else reason
    return (
        say(lang, "no_reader", what=known) if report.format == "binary" and report.status == "unscannable" and reason else known
    )


def noticed(lang: str, key: str) -> str:
    """A reason or warning of a format's reader, "needs:pdf", in the reader's language; an unknown one stays as it is."""
    code, _, detail = key.partition(":")
    return pick(lang, REASONS[code]).format(what=detail) if code in REASONS else key


def why(lang: str, report: FileReport, marks: Mapping[str, str]) -> str:
    """All that holds a report back, in one sentence: what was not read, and which marks of secrecy it bears (`marks`: id → name)."""
    names = ("、" if lang != "en" else ", ").join(marks.get(mark, mark) for mark in report.marks)
    parts = [say(lang, "marked", marks=names)] if names else []
    return ("；" if lang != "en" else "; ").join([*parts, *filter(None, [report.reason])])


def place(lang: str, where: str) -> str:
    """A locator as a reader wants it; in files for programs it is always English.

    >>> place("zh", "line 12 @title")
    '第12行 @title'
    """
    return where if lang == "en" else _PLACE.sub(lambda found: f"第{found[2]}{_UNITS[found[1]]}", where)


def pick(lang: str, pair: tuple[str, str]) -> str:
    """The half of a (zh, en) pair that the reader wants."""
    return pair[1 if lang == "en" else 0]


def category_name(lang: str, category: str) -> str:
    """Readable name of a category; an unknown one (a user's own) is shown as it is."""
    return pick(lang, CATEGORY_NAMES.get(category, (category, category)))
