<?php
/**
 * Chinese texts.  The table is WordPress's own format for PHP translations, which it reads by itself from 6.5 on; before that this filter
 * does.  A language pack (.mo) goes before it.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * Whether people are spoken to in Chinese: the user's language where somebody is logged in, else the site's.
 */
function in_chinese(): bool {
	$locale = is_user_logged_in() ? get_user_locale() : get_locale();
	return 0 === strpos( $locale, 'zh' );
}

/**
 * The Chinese text of an English one that nothing else has translated.
 *
 * @param string $translation What WordPress found.
 * @param string $text        The English text.
 */
function in_words( string $translation, string $text ): string {
	static $table = null;
	if ( $translation !== $text || ! in_chinese() ) {
		return $translation;
	}
	if ( null === $table ) {
		$table = require dirname( __DIR__ ) . '/languages/deident-zh_CN.l10n.php';
	}
	return $table['messages'][ $text ] ?? $text;
}

/**
 * Loads language packs.
 */
function load_languages(): void {
	load_plugin_textdomain( 'deident', false, 'deident/languages' );
}

add_filter( 'gettext_deident', __NAMESPACE__ . '\in_words', 10, 2 );
add_action( 'init', __NAMESPACE__ . '\load_languages' );
