"""The WordPress plug-in on a real WordPress: every way of publishing leads through the check."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xmlrpc.client
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from plugins.hook_server import Hook, hook
from plugins.ports import broken, free_port, silent
from plugins.wordpress_site import NEEDED, PASSWORD, PLUGIN, SOURCE, Site, wordpress

MISSING = [name for name in NEEDED if shutil.which(name) is None] + [str(SOURCE)] * (not SOURCE.is_dir())
needs_wordpress = pytest.mark.skipif(
    bool(MISSING), reason=f"Debian's WordPress, PHP and MariaDB are needed; missing: {', '.join(MISSING)}"
)

ID = "52010219010315904X"
HOTLINE = "0851-85550101"
TITLE = "低保对象公示"
DIRTY = f"<p>身份证号：{ID}，监督电话：{HOTLINE}。</p>"
CLEAN = f"<p>公示期七天，监督电话：{HOTLINE}。</p>"
STOPPED = "不能发布"
KEPT = "草稿"


# ---- the files


@pytest.mark.skipif(shutil.which("php") is None, reason="php is needed")
def test_every_file_is_valid_php() -> None:
    for path in sorted(PLUGIN.rglob("*.php")):
        done = subprocess.run(["php", "-d", "error_reporting=-1", "-l", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "Deprecated" not in done.stdout + done.stderr, done.stdout + done.stderr
        assert (
            path.name.endswith(".l10n.php") or "defined( 'ABSPATH' ) || exit;" in path.read_text() or path.name == "uninstall.php"
        )


@pytest.mark.skipif(shutil.which("php") is None, reason="php is needed")
def test_every_text_has_its_chinese_and_no_other() -> None:
    code = "echo json_encode( require $argv[1] );"
    table = subprocess.run(
        ["php", "-r", code, PLUGIN / "languages/deident-zh_CN.l10n.php"], capture_output=True, text=True, check=True
    )
    source = "\n".join(path.read_text(encoding="utf-8") for path in PLUGIN.glob("includes/*.php"))
    used = {text.replace("\\'", "'") for text in re.findall(r"__\( '((?:[^'\\]|\\.)*)', 'deident' \)", source)}
    assert used == set(json.loads(table.stdout)["messages"])
    for english, chinese in json.loads(table.stdout)["messages"].items():
        assert sorted(re.findall(r"%(?:\d\$)?[sd]", english)) == sorted(re.findall(r"%(?:\d\$)?[sd]", chinese)), english


# ---- the site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Hook]]:
    with hook(tmp_path_factory.mktemp("hook")) as served, wordpress(tmp_path_factory.mktemp("wp")) as site:
        yield site, served


@pytest.fixture
def site(running: tuple[Site, Hook]) -> Iterator[Site]:
    """The site, set up as an administrator would; what the test left in the log holds no value and no complaint about the plug-in."""
    site, served = running
    settings(site, url=served.url, key=served.key)
    yield site
    logged = site.log.read_text(encoding="utf-8")
    site.log.write_text("")
    assert "plugins/deident" not in logged and ID not in logged


def settings(site: Site, **given: object) -> None:
    site.php(
        "update_option( 'deident', array_merge( (array) get_option( 'deident', array() ), $given ) );",
        given={"closed": True} | given,
    )


def down(site: Site, **given: object) -> None:
    settings(site, url=f"http://127.0.0.1:{free_port()}", **given)


def post(site: Site, number: int) -> dict[str, Any]:
    got = site.get("get_post( $number )", number=number)
    assert isinstance(got, dict)
    return got


def draft(site: Site, content: str = DIRTY, **more: object) -> int:
    fields = {"post_title": TITLE, "post_content": content, "post_status": "draft", "post_author": 2} | more
    return int(site.php("echo wp_insert_post( wp_slash( $fields ) );", fields=fields))


def meta(site: Site, number: int, key: str = "_deident_answer") -> Any:
    return site.get("get_post_meta( $number, $key, true )", number=number, key=key)


# ---- REST


@needs_wordpress
def test_rest_stops_keeps_and_says_why(site: Site) -> None:
    got = site.rest("bianji", "wp/v2/posts", title=TITLE, content=DIRTY, status="publish")
    assert got.status_code == 422
    said = got.json()
    assert said["code"] == "deident_stopped" and STOPPED in said["message"] and "52****************" in said["message"]
    assert "政府信息公开条例" in said["message"] and KEPT in said["message"] and ID not in got.text
    [finding] = said["data"]["deident"]["findings"]
    assert finding["place"] == "正文" and finding["action"] == "mask" and finding["kind"] == "居民身份证号码" and finding["basis"]
    kept = post(site, said["data"]["post_id"])
    assert kept["post_status"] == "draft" and kept["post_content"] == DIRTY and kept["post_name"] == ""
    assert site.page(kept["ID"])[0] == 404


@needs_wordpress
def test_rest_publishes_what_is_clean(site: Site) -> None:
    got = site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish")
    assert got.status_code == 201 and got.json()["status"] == "publish"
    status, html = site.page(got.json()["id"])
    assert status == 200 and HOTLINE in html
    assert meta(site, got.json()["id"]) == ""


@needs_wordpress
@pytest.mark.parametrize(
    ("field", "place"),
    [("title", "标题"), ("content", "正文"), ("excerpt", "摘要"), ("slug", "网址（别名）")],
    ids=lambda text: text,
)
def test_every_part_is_read(site: Site, field: str, place: str) -> None:
    texts = {"title": TITLE, "content": CLEAN, "excerpt": "七天。", "slug": "gongshi"}
    texts[field] = f"{texts[field]} 身份证号：{ID}"
    got = site.rest("bianji", "wp/v2/posts", status="publish", **texts)
    assert got.status_code == 422, got.text
    assert [finding["place"] for finding in got.json()["data"]["deident"]["findings"]] == [place]


@needs_wordpress
@pytest.mark.parametrize("status", ["publish", "future"])
def test_a_draft_is_stopped_on_its_way(site: Site, status: str) -> None:
    number = draft(site, CLEAN)
    when = {"date": (datetime.now(UTC) + timedelta(days=3)).isoformat()} if status == "future" else {}
    got = site.rest("bianji", f"wp/v2/posts/{number}", content=DIRTY, status=status, **when)
    assert got.status_code == 422
    kept = post(site, number)
    assert kept["post_status"] == "draft" and kept["post_content"] == DIRTY
    assert meta(site, number)["counts"]["mask"] == 1
    assert site.rest("bianji", f"wp/v2/posts/{number}", content=CLEAN, status=status, **when).json()["status"] == status
    assert meta(site, number) == ""


@needs_wordpress
def test_what_is_online_stays_as_it_was(site: Site) -> None:
    number = site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish").json()["id"]
    got = site.rest("bianji", f"wp/v2/posts/{number}", content=DIRTY)
    assert got.status_code == 422 and "自动保存" in got.json()["message"]
    assert post(site, number)["post_content"] == CLEAN and post(site, number)["post_status"] == "publish"
    assert site.get("wp_get_post_autosave( $number, 2 )->post_content", number=number) == DIRTY
    # what the public does not see changes is not asked about
    down(site)
    assert site.rest("bianji", f"wp/v2/posts/{number}", comment_status="closed").status_code == 200
    # and it can be taken offline at any time
    assert site.rest("bianji", f"wp/v2/posts/{number}", status="draft").json()["status"] == "draft"


@needs_wordpress
def test_reusable_blocks_and_pages_are_read(site: Site) -> None:
    assert site.rest("bianji", "wp/v2/blocks", title="x", content=DIRTY, status="publish").status_code == 422
    assert site.rest("bianji", "wp/v2/pages", title="x", content=DIRTY, status="publish").status_code == 422
    assert site.rest("bianji", "wp/v2/posts", title="x", content=DIRTY, status="draft").status_code == 201
    assert site.rest("bianji", "wp/v2/posts", title="x", content=DIRTY, status="private").status_code == 201


# ---- XML-RPC


@needs_wordpress
def test_xml_rpc_is_told_in_words(site: Site) -> None:
    with xmlrpc.client.ServerProxy(f"{site.url}/xmlrpc.php") as remote:
        with pytest.raises(xmlrpc.client.Fault, match=STOPPED) as told:
            remote.wp.newPost(1, "bianji", PASSWORD, {"post_title": TITLE, "post_content": DIRTY, "post_status": "publish"})
        assert ID not in told.value.faultString
        number = int(re.search(r"编号 (\d+)", told.value.faultString)[1])  # type: ignore[index]
        assert post(site, number)["post_status"] == "draft" and post(site, number)["post_content"] == DIRTY
    with xmlrpc.client.ServerProxy(f"{site.url}/xmlrpc.php") as remote, pytest.raises(xmlrpc.client.Fault, match=STOPPED):
        remote.mt.publishPost(number, "bianji", PASSWORD)
    with xmlrpc.client.ServerProxy(f"{site.url}/xmlrpc.php") as remote:
        assert post(site, number)["post_status"] == "draft"
        fresh = remote.metaWeblog.newPost(1, "bianji", PASSWORD, {"title": TITLE, "description": CLEAN}, True)
        assert post(site, int(str(fresh)))["post_status"] == "publish"


# ---- the scheduled moment, other plug-ins


def scheduled(site: Site) -> int:
    """A post that was clean when it was scheduled, is not any more, and whose moment has come."""
    when = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%d %H:%M:%S")
    number = draft(site, CLEAN, post_status="future", post_date=when, post_date_gmt=when)
    assert post(site, number)["post_status"] == "future"
    past = "2026-01-02 03:04:05"
    site.php(
        "$wpdb->update( $wpdb->posts, array( 'post_content' => $dirty, 'post_date' => $past, 'post_date_gmt' => $past ), array( 'ID' => $n ) );"
        "wp_clear_scheduled_hook( 'publish_future_post', array( $n ) ); wp_schedule_single_event( time() - 60, 'publish_future_post', array( $n ) );",
        dirty=DIRTY, past=past, n=number,
    )  # fmt: skip
    return number


def cron(site: Site) -> None:
    site.php("delete_transient( 'doing_cron' );")
    assert httpx.get(f"{site.url}/wp-cron.php", timeout=60).status_code == 200


@needs_wordpress
def test_a_scheduled_post_is_checked_at_its_moment(site: Site) -> None:
    number = scheduled(site)
    cron(site)
    assert post(site, number)["post_status"] == "draft" and site.page(number)[0] == 404
    mail = json.loads((site.root / "wp-content/mails.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert mail["to"] == "bianji@example.invalid" and STOPPED in mail["message"] and f"post={number}" in mail["message"]
    assert ID not in json.dumps(mail) and TITLE not in json.dumps(mail, ensure_ascii=False)


@needs_wordpress
def test_a_scheduled_post_waits_for_the_hook(site: Site, running: tuple[Site, Hook]) -> None:
    number = scheduled(site)
    site.php("$wpdb->update( $wpdb->posts, array( 'post_content' => $clean ), array( 'ID' => $n ) );", clean=CLEAN, n=number)
    down(site)
    cron(site)
    assert post(site, number)["post_status"] == "future" and "无法连接" in meta(site, number)["message"]
    again = site.get("wp_next_scheduled( 'publish_future_post', array( $n ) )", n=number)
    assert isinstance(again, int) and 200 < again - datetime.now(UTC).timestamp() < 400
    settings(site, url=running[1].url)
    site.php(
        "wp_clear_scheduled_hook( 'publish_future_post', array( $n ) ); wp_schedule_single_event( time() - 60, 'publish_future_post', array( $n ) );",
        n=number,
    )
    cron(site)
    assert post(site, number)["post_status"] == "publish" and meta(site, number) == ""


@needs_wordpress
def test_wp_publish_post_is_taken_back(site: Site) -> None:
    seen = (
        "add_action( 'transition_post_status', function ( $new, $old, $post ) { echo get_post( $post->ID )->post_status, $post->post_status, ' '; }, 10, 3 );"
        "wp_publish_post( $n ); echo get_post( $n )->post_status;"
    )
    assert site.php(seen, n=draft(site)) == "draftdraft draft"
    assert site.php(seen, n=draft(site, CLEAN)) == "publishpublish publish"


@needs_wordpress
def test_an_importer_s_insert_is_a_draft(site: Site) -> None:
    number = draft(site, DIRTY, post_status="publish")
    assert post(site, number)["post_status"] == "draft" and post(site, number)["post_date_gmt"].startswith("0000")
    assert post(site, draft(site, CLEAN, post_status="publish"))["post_status"] == "publish"


# ---- the hook is down


@needs_wordpress
def test_down_means_closed_in_words(site: Site) -> None:
    down(site)
    got = site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish")
    assert got.status_code == 503 and "无法连接检查服务" in got.json()["message"]
    assert post(site, got.json()["data"]["post_id"])["post_status"] == "draft"


@needs_wordpress
def test_open_publishes_and_says_so(site: Site) -> None:
    down(site, closed=False)
    got = site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish")
    assert got.json()["status"] == "publish"
    assert "无法连接" in meta(site, got.json()["id"], "_deident_unchecked")[1]


@needs_wordpress
def test_wrong_key_no_address_and_a_slow_hook(site: Site, running: tuple[Site, Hook]) -> None:
    settings(site, key="wrong")
    assert "密钥" in site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish").json()["message"]
    settings(site, url="")
    assert "尚未设置" in site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish").json()["message"]
    with silent() as address:
        settings(site, url=address, timeout=1)
        assert (
            "1 秒内没有答复" in site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish").json()["message"]
        )
    with broken() as address:
        settings(site, url=address, timeout=20, closed=False)
        got = site.rest("bianji", "wp/v2/posts", title=TITLE, content=CLEAN, status="publish")
        assert got.status_code == 503 and "中断" in got.json()["message"]  # closed on an open site too: the hook is there


@needs_wordpress
def test_what_is_stopped_can_be_filed_at_the_desk(site: Site, running: tuple[Site, Hook]) -> None:
    settings(site, review=True, desk="https://desk.example.invalid/")
    said = site.rest("bianji", "wp/v2/posts", title=TITLE, content=DIRTY, status="publish").json()["data"]["deident"]
    assert re.fullmatch(r"https://desk\.example\.invalid/\S+", said["review"])
    filed = httpx.get(said["review"].replace("https://desk.example.invalid", running[1].url))
    assert filed.status_code in (200, 303, 401) and ID not in filed.text  # the desk asks who comes
    settings(site, review=False, desk="")


# ---- masking, overriding


@needs_wordpress
def test_mask_route_gives_what_can_be_published(site: Site) -> None:
    texts = {"title": f"{TITLE} {ID}", "content": DIRTY, "excerpt": f"身份证号：{ID}"}
    number = draft(site, "")
    got = site.rest("bianji", f"deident/v1/posts/{number}/mask", **texts).json()
    assert got["count"] == 3 and got["reset"] and ID not in json.dumps(got)
    assert HOTLINE in got["content"] and "监督电话" not in got["excerpt"] and "deident" not in got["content"]
    done = site.rest("bianji", f"wp/v2/posts/{number}", status="publish", slug="", **{name: got[name] for name in texts})
    assert done.json()["status"] == "publish" and ID.lower() not in done.text.lower()


@needs_wordpress
def test_linked_files_are_checked_and_masked_in_place(site: Site) -> None:
    upload = httpx.post(
        f"{site.url}/wp-json/wp/v2/media", auth=("bianji", site.passwords["bianji"]), timeout=60,
        files={"file": ("list.csv", f"姓名,身份证号\n王小明,{ID}\n".encode(), "text/csv")},
    ).json()  # fmt: skip
    content = f'{CLEAN}<a href="{upload["source_url"]}">名单</a>'
    number = draft(site, content)
    got = site.rest("bianji", f"wp/v2/posts/{number}", status="publish")
    assert got.status_code == 422
    assert {finding["place"] for finding in got.json()["data"]["deident"]["findings"]} == {"list.csv"}
    masked = site.rest("bianji", f"deident/v1/posts/{number}/mask", title=TITLE, content=content).json()
    assert masked["left"] == [] and masked["content"] == content
    online = httpx.get(upload["source_url"]).text
    assert ID not in online and "身份证号" in online
    assert not list((site.root / "wp-content/uploads").rglob("*.tmp"))
    settings(site, max_mb=1)
    path = next((site.root / "wp-content/uploads").rglob("list.csv"))
    path.write_text("编号\n" * 300_000, encoding="utf-8")
    refused = site.rest("bianji", f"wp/v2/posts/{number}", status="publish")
    assert refused.status_code == 422 and "list.csv" in refused.json()["message"]
    settings(site, max_mb=16)


@needs_wordpress
def test_override_needs_a_right_and_a_reason_and_is_recorded(site: Site) -> None:
    number = draft(site)
    route, given = f"deident/v1/posts/{number}/override", {"title": TITLE, "content": DIRTY}
    assert site.rest("bianji", route, reason="上级要求公开", **given).status_code == 403
    assert site.rest("admin", route, reason=" ", **given).status_code == 422
    assert site.rest("admin", route, reason=f"身份证号：{ID}", **given).status_code == 422
    assert site.rest("admin", f"wp/v2/posts/{number}", status="publish").status_code == 422
    assert site.rest("admin", route, reason="法院公告，依法公开", **given).status_code == 200
    assert site.rest("admin", f"wp/v2/posts/{number}", status="publish").json()["status"] == "publish"
    [row] = site.get(r"Deident\latest_overrides( 1 )")  # type: ignore[misc]
    assert row["user_login"] == "admin" and row["post_id"] == str(number) and row["reason"] == "法院公告，依法公开"
    assert row["verdict"] == "blocked" and row["to_mask"] == "1" and row["decided_at"].startswith("20")
    # exactly this content: other content is stopped again
    assert site.rest("admin", f"wp/v2/posts/{number}", content=DIRTY + DIRTY).status_code == 422


@needs_wordpress
def test_no_value_is_kept_beside_the_content(site: Site) -> None:
    dump = site.get(
        'array( $wpdb->get_results( "SELECT * FROM $wpdb->postmeta" ), $wpdb->get_results( "SELECT * FROM $wpdb->options" ),'
        '$wpdb->get_results( "SELECT * FROM $wpdb->usermeta" ), $wpdb->get_results( "SELECT * FROM {$wpdb->prefix}deident_overrides" ) )'
    )
    assert "52****************" in json.dumps(dump)  # something was kept
    assert ID not in json.dumps(dump)
