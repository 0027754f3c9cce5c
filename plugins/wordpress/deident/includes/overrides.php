<?php
/**
 * Who published in spite of the check, when, and why.  A table of its own, which outlives the posts; no values.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * The table's name.
 */
function overrides_table(): string {
	global $wpdb;
	return $wpdb->prefix . 'deident_overrides';
}

/**
 * Creates the table, or brings it up to date.
 */
function create_overrides(): void {
	global $wpdb;
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	$table   = overrides_table();
	$charset = $wpdb->get_charset_collate();
	dbDelta(
		"CREATE TABLE $table (
			id bigint(20) unsigned NOT NULL AUTO_INCREMENT,
			post_id bigint(20) unsigned NOT NULL,
			user_id bigint(20) unsigned NOT NULL,
			user_login varchar(60) NOT NULL,
			decided_at datetime NOT NULL,
			verdict varchar(20) NOT NULL,
			to_mask int(11) NOT NULL,
			to_review int(11) NOT NULL,
			reason text NOT NULL,
			PRIMARY KEY  (id),
			KEY post_id (post_id)
		) $charset;"
	);
}

/**
 * Records an override and lets exactly this content through.
 *
 * @param int    $id      Of the post.
 * @param array  $content As content() gives it.
 * @param string $reason  Why; not empty.
 * @return string '' or, in words, why it is refused.
 */
function override( int $id, array $content, string $reason ): string {
	global $wpdb;
	$reason = sanitize_textarea_field( $reason );
	if ( mb_strlen( $reason, 'UTF-8' ) < 4 ) {
		return __( 'Give a reason: it is recorded with your name.', 'deident' );
	}
	$about = ask( 'check', array( 'text' => $reason ) );
	if ( 'blocked' === ( $about['verdict'] ?? '' ) ) {
		return __( 'The reason itself holds personal data. Describe it without them: it is recorded.', 'deident' );
	}
	$answer = judge( $content, $id );
	$user   = wp_get_current_user();
	$done   = $wpdb->insert(
		overrides_table(),
		array(
			'post_id'    => $id,
			'user_id'    => $user->ID,
			'user_login' => $user->user_login,
			'decided_at' => gmdate( 'Y-m-d H:i:s' ),
			'verdict'    => '' === $answer['verdict'] ? 'unchecked' : $answer['verdict'],
			'to_mask'    => $answer['counts']['mask'] ?? 0,
			'to_review'  => $answer['counts']['review'] ?? 0,
			'reason'     => $reason,
		)
	);
	if ( ! $done ) {
		return __( 'The reason could not be recorded, so nothing was published. Tell the administrator.', 'deident' );
	}
	add_post_meta( $id, OVERRIDDEN, fingerprint( $content ) );
	return '';
}

/**
 * The latest overrides, newest first.
 *
 * @param int $most How many.
 * @return \stdClass[] Rows of the table.
 */
function latest_overrides( int $most ): array {
	global $wpdb;
	$table = overrides_table();
	return (array) $wpdb->get_results( $wpdb->prepare( "SELECT * FROM $table ORDER BY id DESC LIMIT %d", $most ) ); // phpcs:ignore WordPress.DB.PreparedSQL
}
