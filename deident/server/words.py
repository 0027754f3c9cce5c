"""What the server says: errors to clients, and to whoever starts it, in Chinese and English.  Nothing of a request is quoted."""

from __future__ import annotations

from deident.report.messages import pick

WORDS: dict[str, tuple[str, str]] = {
    # errors of requests, by their code
    "unauthorized": (
        "缺少有效的 API 密钥：请在 Authorization: Bearer 或 X-API-Key 中提供（deident serve --new-key 可新建）。",
        "There is no valid API key: send one as Authorization: Bearer or X-API-Key (deident serve --new-key makes one).",
    ),
    "too_large": (
        "请求内容过大：上限 {mb} MB。请减少附件，或由管理员调高 --max-mb。",
        "The request is too large: the limit is {mb} MB. Send fewer attachments, or have the administrator raise --max-mb.",
    ),
    "too_many": (
        "附件过多：上限 {files} 个。请分次提交，或打包为压缩文件。",
        "There are too many attachments: the limit is {files}. Submit them in parts, or as an archive.",
    ),
    "unsupported": (
        "请求类型应为 application/json 或 multipart/form-data。",
        "The content type must be application/json or multipart/form-data.",
    ),
    "malformed": ("请求内容无法读取：{why}", "The content cannot be read: {why}"),
    "slow": ("请求内容在 {seconds} 秒内未传完。", "The content did not arrive within {seconds} s."),
    "busy": ("服务繁忙，请稍后重试。", "The service is busy: try again shortly."),
    "timeout": (
        "检查超过 {seconds} 秒，已放弃：内容不能视为没有问题。请减少附件，或由管理员调高 --seconds。",
        "The check took longer than {seconds} s and was given up: the content is not cleared. Send fewer attachments, or have the "
        "administrator raise --seconds.",
    ),
    "worker_lost": (
        "检查进程异常退出（可能是内存不足）：内容不能视为没有问题。请重试；若再次出现，请减少附件。",
        "The process that checked it ended unexpectedly (out of memory?): the content is not cleared. Try again; if it happens again, "
        "send fewer attachments.",
    ),
    "starting": ("服务正在启动，请稍后重试。", "The service is starting: try again shortly."),
    "stopping": ("服务正在停止，请稍后重试。", "The service is stopping: try again later."),
    "no_desk": ("没有启用复核台，不能提交复核（review）。", "There is no review desk, so nothing can be filed (review)."),
    "not_found": ("没有这个地址。", "There is nothing at this address."),
    "not_allowed": ("此地址不支持该方法。", "This address does not take that method."),
    "bad_request": ("请求有误。", "The request is wrong."),
    "internal": (
        "内部错误：内容不能视为没有问题。详情见服务日志。",
        "An internal error: the content is not cleared. The service's log says where.",
    ),
    # what is wrong with a body
    "not_utf8": ("不是 UTF-8。", "it is not UTF-8."),
    "not_json": ("不是 JSON。", "it is not JSON."),
    "too_deep": ("JSON 嵌套过深。", "its JSON is nested too deeply."),
    "twice": ("同一字段出现了两次。", "a field is given twice."),
    "not_multipart": ("不是完整的 multipart/form-data。", "it is not a whole multipart/form-data body."),
    "form_field": (
        "表单字段应为 {known}，文件用 file 字段。",
        "fields of the form are {known}; files go into the field file.",
    ),
    "form_file": ("file 字段须为带文件名的文件，其他字段不能带文件名。", "the field file takes files with a name, no other field does."),
    "form_review": ("review 应为 true 或 false。", "review must be true or false."),
    # to whoever starts it
    "keyless": (
        "还没有 API 密钥，/v1 的请求都会被拒绝。请运行 deident serve --new-key 名称",
        "there is no API key yet, so every request to /v1 is refused. Run deident serve --new-key NAME",
    ),
    "no_folder": (
        "无法建立文件夹 {path}（{why}）；请用 --data 另选。",
        "the folder {path} cannot be made ({why}); choose another with --data.",
    ),
    "no_keys": (
        "{path} 中的 API 密钥无法读写（{why}）。",
        "{path}: the API keys cannot be read or written ({why}).",
    ),
    "open_keys": (
        "{path} 可被其他用户读取；请执行 chmod 600 {path}",
        "{path} can be read by others; run chmod 600 {path}",
    ),
    "wrong_keys": (
        "{path} 第 {line} 行不是“名称 SHA-256 日期”。请删去该行，再用 --new-key 新建。",
        "{path}: line {line} is not “name SHA-256 date”. Remove it and make a new one with --new-key.",
    ),
    "key_name": (
        "密钥名称应为 1 至 64 个字母、数字、点、连字符或下划线。",
        "the name of a key is 1 to 64 letters, digits, dots, hyphens or underscores.",
    ),
    "key_taken": (
        "已有名为 {name} 的密钥。请另选名称，或先在 {path} 中删去该行。",
        "there is a key of the name {name} already. Choose another, or remove its line from {path}.",
    ),
    "new_key": (
        "新的 API 密钥（{name}），只显示这一次，请妥善保存：",
        "A new API key ({name}), shown this once; keep it safe:",
    ),
    "listening": ("正在监听 {url}（{workers} 个工作进程，策略 {policy}）", "listening on {url} ({workers} workers, policy {policy})"),
    "desk": ("复核台：{url}/", "review desk: {url}/"),
    "not_loopback": (
        "{host} 不是本机地址。本服务不提供 TLS：请在前面放置终止 TLS 的代理，并限制可访问的网络。",
        "{host} is not this machine alone. There is no TLS in this service: put a proxy before it that ends TLS, and limit who reaches it.",
    ),
    "cannot_listen": (
        "无法监听 {host}:{port}（{why}）。请用 --host、--port 另选。",
        "cannot listen on {host}:{port} ({why}). Choose another with --host, --port.",
    ),
    "draining": ("正在停止：处理完手头的请求后退出。", "stopping: the requests at hand are finished first."),
    "stopped": ("已停止。", "stopped."),
    "lost": ("工作进程 {pid} 异常退出，已另起一个。", "the worker {pid} ended unexpectedly; another one is started."),
    "killed": ("工作进程 {pid} 超时，已终止。", "the worker {pid} took too long and was killed."),
    "trouble": ("内部错误 {type}（{file}:{line}）", "internal error {type} ({file}:{line})"),
}  # fmt: skip


def say(lang: str, key: str, **values: object) -> str:
    """The sentence `key` with `values` filled in: limits, and what the administrator has set."""
    return pick(lang, WORDS[key]).format(**values)
