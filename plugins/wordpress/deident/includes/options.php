<?php
/**
 * What the site has set, with the defaults.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const DEFAULTS = array(
	'url'         => '',          // Of the hook, without /v1/….
	'key'         => '',          // Or the constant DEIDENT_KEY in wp-config.php, which goes before.
	'closed'      => true,        // Nothing is published while the hook does not answer.
	'channel'     => 'site',
	'timeout'     => 20,          // Seconds.
	'attachments' => 'documents', // Which linked uploads are sent along: none, documents, all (pictures too).
	'max_mb'      => 16,          // Of all attachments of a post together.
	'review'      => false,       // File what is stopped at the review desk.
	'desk'        => '',          // The address of the desk for people, where it differs from url.
);

const CHANNELS = array( 'site', 'wechat', 'weibo', 'app', 'gazette', 'opendata', 'board', 'reply' );

/**
 * One option.
 *
 * @param string $name A key of DEFAULTS.
 * @return mixed
 */
function option( string $name ) {
	if ( 'key' === $name && defined( 'DEIDENT_KEY' ) ) {
		return (string) constant( 'DEIDENT_KEY' );
	}
	$stored = get_option( 'deident', array() );
	return is_array( $stored ) && array_key_exists( $name, $stored ) ? $stored[ $name ] : DEFAULTS[ $name ];
}

/**
 * The post types whose publication is checked: all that the public sees, and reusable blocks, which are shown inside posts.
 *
 * @return string[]
 */
function guarded_types(): array {
	$types   = array_diff( array_values( get_post_types( array( 'public' => true ) ) ), array( 'attachment' ) );
	$types[] = 'wp_block';
	/**
	 * Filters the post types whose publication is checked.
	 *
	 * @param string[] $types Names of post types.
	 */
	return (array) apply_filters( 'deident_post_types', $types );
}

/**
 * Whether a post of this status is online, or goes there without another decision (scheduled).
 *
 * @param string $status A post status.
 */
function is_public( string $status ): bool {
	$object = get_post_status_object( $status );
	return 'future' === $status || ( $object && $object->public );
}

/**
 * Whether a post of this status is online now.
 *
 * @param string $status A post status.
 */
function is_live( string $status ): bool {
	return 'future' !== $status && is_public( $status );
}
