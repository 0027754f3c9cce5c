<?php
/**
 * What of a post is checked: title, content, excerpt, and a slug that does not come from the title; with the uploads that they link.
 *
 * The hook takes one title and one HTML text, so excerpt and slug follow the content behind marks, at which a masked text is cut again.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const EXCERPT = "\n<!-- deident: excerpt -->\n";
const SLUG    = "\n<!-- deident: slug -->\n";

/**
 * The texts of a post or of what is about to be saved as one.
 *
 * @param array $data Unslashed fields as in the table of posts: post_title, post_content, post_excerpt, post_name.
 * @return array{title: string, content: string, excerpt: string, slug: string}
 */
function content( array $data ): array {
	$title   = (string) ( $data['post_title'] ?? '' );
	$slug    = (string) ( $data['post_name'] ?? '' );
	$derived = sanitize_title( $title );
	$stem    = (string) preg_replace( '/-\d{1,3}$/', '', $slug );
	if ( '' !== $stem && 0 === strpos( $derived, $stem ) || $slug === $derived ) {
		$slug = ''; // Nothing that is not in the title.
	}
	return array(
		'title'   => $title,
		'content' => (string) ( $data['post_content'] ?? '' ),
		'excerpt' => (string) ( $data['post_excerpt'] ?? '' ),
		'slug'    => rawurldecode( $slug ),
	);
}

/**
 * The same fields as WordPress will save them for the current user (it takes some HTML out of what some roles write).
 *
 * @param array $data Unslashed fields.
 * @param int   $id   Of the post; 0 for a new one.
 */
function as_saved( array $data, int $id ): array {
	foreach ( array( 'post_title', 'post_content', 'post_excerpt' ) as $field ) {
		if ( isset( $data[ $field ] ) ) {
			$data[ $field ] = wp_unslash( sanitize_post_field( $field, wp_slash( $data[ $field ] ), $id, 'db' ) );
		}
	}
	return $data;
}

/**
 * A keyed hash of texts and linked files: recognises the same content again and tells nothing about it.
 *
 * @param array $content As content() gives it.
 */
function fingerprint( array $content ): string {
	$files = array();
	foreach ( attached( $content['content'] . $content['excerpt'] ) as $name => $path ) {
		$files[] = array( $name, hash_file( 'sha256', $path ) );
	}
	return hash_hmac( 'sha256', serialize( array( $content, $files ) ), wp_salt() ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
}

/**
 * The submission for the hook.
 *
 * @param array $content As content() gives it.
 * @param int   $id      Of the post; 0 for a new one.
 * @return array{0: array, 1: string[]} The body, and the names of linked files that were not sent.
 */
function submission( array $content, int $id ): array {
	$html = $content['content'];
	$html .= '' === $content['excerpt'] ? '' : EXCERPT . $content['excerpt'];
	$html .= '' === $content['slug'] ? '' : SLUG . esc_html( $content['slug'] );

	list( $attachments, $left ) = packed( attached( $content['content'] . $content['excerpt'] ) );

	$body = array(
		'title'       => $content['title'],
		'html'        => $html,
		'channel'     => (string) option( 'channel' ),
		'lang'        => in_chinese() ? 'zh' : 'en',
		'attachments' => $attachments,
		'author'      => wp_get_current_user()->user_login ? wp_get_current_user()->user_login : 'wordpress',
	);
	if ( $id ) {
		$body['url'] = add_query_arg( 'p', $id, home_url( '/' ) ); // The permalink has the title in it.
	}
	/**
	 * Filters what is sent to the hook: a theme that shows custom fields adds their text to `attachments`, as a file of text or HTML.
	 *
	 * @param array $body The JSON body without `review`.
	 * @param int   $id   Of the post; 0 for a new one.
	 */
	return array( (array) apply_filters( 'deident_submission', $body, $id ), $left );
}

/**
 * A masked submission cut into the fields of a post again.
 *
 * @param array $masked  The hook's `masked`.
 * @param array $content As content() gave it before.
 * @return array|null As content(); null where it cannot be told apart (the content has one of the marks in it).
 */
function unpacked( array $masked, array $content ): ?array {
	$html  = (string) ( $masked['html'] ?? '' );
	$parts = array( 'slug' => '', 'excerpt' => '' );
	foreach ( array( 'slug' => SLUG, 'excerpt' => EXCERPT ) as $part => $mark ) {
		if ( '' === $content[ $part ] ) {
			continue;
		}
		$cut = explode( $mark, $html );
		if ( 2 !== count( $cut ) ) {
			return null;
		}
		list( $html, $parts[ $part ] ) = $cut;
	}
	return array(
		'title'   => (string) ( $masked['title'] ?? $content['title'] ),
		'content' => $html,
		'excerpt' => $parts['excerpt'],
		'slug'    => html_entity_decode( $parts['slug'], ENT_QUOTES ),
	);
}
