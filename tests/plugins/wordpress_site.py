"""A WordPress site from Debian's packages: a MariaDB of its own, PHP's built-in server, the plug-in under test.  All in one folder."""

from __future__ import annotations

import base64
import getpass
import json
import os
import shutil
import signal
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from plugins.ports import free_port

SOURCE = Path("/usr/share/wordpress")
PLUGIN = Path(__file__).parents[2] / "plugins/wordpress/deident"
PASSWORD = "Mima-for-tests-1"  # of all users of the site
NEEDED = ("php", "mariadbd", "mariadb-install-db", "mariadb-admin")

CONFIG = """<?php
define( 'DB_NAME', 'wp' ); define( 'DB_USER', 'root' ); define( 'DB_PASSWORD', '' ); define( 'DB_HOST', 'localhost:{socket}' );
define( 'DB_CHARSET', 'utf8mb4' ); define( 'DB_COLLATE', '' ); $table_prefix = 'wp_';
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {{ define( $name . '_KEY', "$name key of a test" ); define( $name . '_SALT', "$name salt of a test" ); }}
define( 'WP_HOME', '{url}' ); define( 'WP_SITEURL', '{url}' );
define( 'WP_HTTP_BLOCK_EXTERNAL', true ); define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );
define( 'AUTOMATIC_UPDATER_DISABLED', true ); define( 'DISABLE_WP_CRON', true ); define( 'WP_ENVIRONMENT_TYPE', 'local' );
define( 'WP_DEBUG', true ); define( 'WP_DEBUG_LOG', '{log}' ); define( 'WP_DEBUG_DISPLAY', false );
define( 'AUTOSAVE_INTERVAL', 86400 );
if ( ! defined( 'ABSPATH' ) ) {{ define( 'ABSPATH', __DIR__ . '/' ); }}
require_once ABSPATH . 'wp-settings.php';
"""

# A type with the classic editor, a theme that shows a post, mails into a file, no pictures from elsewhere.
SURROUNDINGS = """<?php
add_action( 'init', function () {
	register_post_type( 'notice', array( 'public' => true, 'label' => 'Notices', 'show_in_rest' => false, 'supports' => array( 'title', 'editor', 'excerpt' ) ) );
} );
add_filter( 'pre_wp_mail', function ( $done, $mail ) {
	file_put_contents( WP_CONTENT_DIR . '/mails.jsonl', wp_json_encode( $mail ) . "\\n", FILE_APPEND );
	return true;
}, 10, 2 );
add_filter( 'pre_option_show_avatars', '__return_zero' );
"""

THEME = """<!doctype html><meta charset="utf-8"><title><?php wp_title(); ?></title>
<?php while ( have_posts() ) { the_post(); echo '<h1>'; the_title(); echo '</h1>'; the_content(); the_excerpt(); }"""

INSTALL = """
define( 'WP_INSTALLING', true );
require 'wp-load.php'; require_once 'wp-admin/includes/upgrade.php'; require_once 'wp-admin/includes/plugin.php';
wp_install( '某县人民政府', 'admin', 'admin@example.invalid', true, '', $password, 'zh_CN' );
switch_theme( 'plain' );
update_option( 'permalink_structure', '/%postname%/' );
wp_insert_user( array( 'user_login' => 'bianji', 'user_pass' => $password, 'user_email' => 'bianji@example.invalid', 'role' => 'editor' ) );
foreach ( array( 'admin', 'bianji' ) as $login ) {
	$user = get_user_by( 'login', $login );
	update_user_meta( $user->ID, 'show_welcome_panel', 0 );
	update_user_meta( $user->ID, 'wp_persisted_preferences', array( 'core/edit-post' => array( 'welcomeGuide' => false, 'fullscreenMode' => false ), '_modified' => gmdate( 'c' ) ) );
	list( $passwords[ $login ] ) = WP_Application_Passwords::create_new_application_password( $user->ID, array( 'name' => 'test' ) );
}
echo wp_json_encode( $passwords );
"""


CHINESE = b"Language: zh_CN\n"  # the only entry of a translation of WordPress: its header
EMPTY_MO = struct.pack("<7I4I", 0x950412DE, 0, 1, 28, 36, 0, 44, 0, 44, len(CHINESE), 45) + b"\0" + CHINESE + b"\0"


class Site:
    """A running site: `url`, application passwords by login, and PHP run inside it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.root, self.log, self.url = folder / "www", folder / "debug.log", url
        self.passwords: dict[str, str] = {}

    def php(self, code: str, **values: object) -> str:
        """Runs code inside WordPress; `values` are its variables.  What it prints."""
        packed = base64.b64encode(json.dumps(values).encode()).decode()
        given = f"extract( json_decode( base64_decode( '{packed}' ), true ) );"
        load = "" if "wp-load.php" in code else "require 'wp-load.php';"
        command = ["php", "-d", "display_errors=stderr", "-r", f"{given}{load}{code}"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def get(self, code: str, **values: object) -> object:
        """The value of an expression."""
        return json.loads(self.php(f"echo wp_json_encode( {code} );", **values))

    def rest(self, login: str, route: str, **data: object) -> httpx.Response:
        """A request to the REST API with an application password; GET without data."""
        method = "POST" if data else "GET"
        auth = (login, self.passwords[login])
        return httpx.request(method, f"{self.url}/wp-json/{route}", auth=auth, json=data or None, timeout=60)

    def page(self, post: int) -> tuple[int, str]:
        """What the public sees of a post: status and HTML."""
        got = httpx.get(f"{self.url}/?p={post}&post_type=any", follow_redirects=True, timeout=60)
        return got.status_code, got.text


def wait(done: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "it did not come up"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).status_code < 500
    except httpx.TransportError:
        return False


@contextmanager
def database(folder: Path) -> Iterator[Path]:
    """A MariaDB that listens on a socket only; the path of the socket."""
    data, socket, user = folder / "db", folder / "s", getpass.getuser()
    with (folder / "db.log").open("wb") as log:
        make = [
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            f"--user={user}",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ]
        subprocess.run(make, check=True, stdout=log, stderr=log)
        quick = ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M", "--performance-schema=OFF"]
        serve = [
            "mariadbd",
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={socket}",
            f"--user={user}",
            "--skip-networking",
            *quick,
        ]
        running = subprocess.Popen(serve, stdout=log, stderr=log)
    try:
        ping = ["mariadb-admin", "--no-defaults", f"--socket={socket}", "-uroot"]
        wait(lambda: subprocess.run([*ping, "ping"], capture_output=True, check=False).returncode == 0)
        subprocess.run([*ping, "create", "wp"], check=True)
        yield socket
    finally:
        running.terminate()
        running.wait(30)


@contextmanager
def wordpress(folder: Path) -> Iterator[Site]:
    """An installed site with the plug-in switched on."""
    port = free_port()
    site = Site(folder, f"http://127.0.0.1:{port}")
    with database(folder) as socket:
        shutil.copytree(SOURCE, site.root, ignore=lambda at, names: [name for name in names if not Path(at, name).exists()])
        content = site.root / "wp-content"
        for name, text in {
            "wp-config.php": CONFIG.format(socket=socket, url=site.url, log=site.log),
            "wp-content/mu-plugins/surroundings.php": SURROUNDINGS,
            "wp-content/themes/plain/index.php": THEME,
            "wp-content/themes/plain/style.css": "/*\nTheme Name: plain\n*/",
        }.items():
            (site.root / name).parent.mkdir(parents=True, exist_ok=True)
            (site.root / name).write_text(text, encoding="utf-8")
        (content / "uploads").mkdir()
        (content / "languages").mkdir()
        (content / "languages/zh_CN.mo").write_bytes(
            EMPTY_MO
        )  # makes Chinese a language of the site; WordPress itself stays English
        shutil.copytree(PLUGIN, content / "plugins/deident")
        site.passwords = json.loads(site.php(INSTALL, password=PASSWORD))
        assert (
            site.php("require_once 'wp-admin/includes/plugin.php'; var_dump( activate_plugin( 'deident/deident.php' ) );")
            == "NULL\n"
        )
        command = [
            "php",
            "-d",
            "opcache.enable_cli=1",
            "-d",
            "upload_max_filesize=16M",
            "-S",
            f"127.0.0.1:{port}",
            "-t",
            str(site.root),
        ]
        with (folder / "php.log").open("wb") as log:
            environment = os.environ | {"PHP_CLI_SERVER_WORKERS": "4"}
            running = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            wait(lambda: answers(f"{site.url}/wp-login.php"))
            yield site
        finally:
            os.killpg(running.pid, signal.SIGTERM)  # the workers too
            running.wait(30)
    shutil.rmtree(site.root)
    shutil.rmtree(folder / "db")
