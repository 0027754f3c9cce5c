<?php
/**
 * "Mask and publish" and "publish with a reason", for the notices outside the block editor.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * The fields that were stopped: the post's own, or the autosave's where the post is online with others.
 *
 * @param \WP_Post $post The post.
 */
function stopped_fields( \WP_Post $post ): array {
	$fields   = array_intersect_key( $post->to_array(), array_flip( array( 'post_title', 'post_content', 'post_excerpt', 'post_name' ) ) );
	$autosave = is_live( $post->post_status ) ? wp_get_post_autosave( $post->ID, get_current_user_id() ) : false;
	if ( $autosave ) {
		$fields = array_merge( $fields, array_intersect_key( $autosave->to_array(), array_flip( array( 'post_title', 'post_content', 'post_excerpt' ) ) ) );
	}
	return $fields;
}

/**
 * Masks a content.  Linked files are masked in their place.
 *
 * @param array $content As content() gives it.
 * @param int   $id      Of the post.
 * @return array `failure` in words; or `content` (masked, as content()), `reset` (whether the address must be made anew), `count`
 *               (places masked), `left` (names of files that could not be replaced).
 */
function masked( array $content, int $id ): array {
	list( $body ) = submission( $content, $id );
	$files        = attached( $content['content'] . $content['excerpt'] );
	$got          = ask( 'mask', $body );
	if ( isset( $got['failure'] ) ) {
		return $got;
	}
	$masked = is_array( $got['masked'] ?? null ) ? $got['masked'] : array();
	$new    = isset( $masked['html'] ) ? unpacked( $masked, $content ) : null;
	if ( null === $new ) {
		return failure( __( 'This content cannot be masked automatically. Take out what the list names, then publish again.', 'deident' ) );
	}
	return array(
		'content' => $new,
		'reset'   => $new['slug'] !== $content['slug'] || $new['title'] !== $content['title'],
		'count'   => (int) ( $got['counts_before']['mask'] ?? 0 ),
		'left'    => replace_files( (array) ( $masked['attachments'] ?? array() ), $files ),
	);
}

/**
 * What both actions ask first: nonce, post, capabilities.  Ends the request otherwise.
 *
 * @param string $action 'deident_mask' or 'deident_override'.
 */
function asked_post( string $action ): \WP_Post {
	$id = isset( $_POST['post'] ) ? absint( $_POST['post'] ) : 0; // phpcs:ignore WordPress.Security.NonceVerification
	check_admin_referer( "$action-$id" );
	$post = get_post( $id );
	if ( ! $post || ! current_user_can( 'edit_post', $id ) || ! current_user_can( get_post_type_object( $post->post_type )->cap->publish_posts ) ) {
		wp_die( esc_html__( 'Sorry, you are not allowed to publish this.', 'deident' ), 403 );
	}
	return $post;
}

/**
 * Publishes the fields and goes back to the editor, which says what came of it.
 *
 * @param \WP_Post $post   The post.
 * @param array    $fields Unslashed fields.
 * @param string   $done   What to say when it is online: 'masked' or 'overridden'.
 */
function publish( \WP_Post $post, array $fields, string $done ): void {
	$fields = array_merge(
		$fields,
		array(
			'ID'          => $post->ID,
			'post_status' => 'publish', // WordPress schedules it where its date is to come.
		)
	);
	wp_update_post( wp_slash( $fields ) );
	$stopped  = in_array( $post->ID, request()->stopped, true );
	$autosave = wp_get_post_autosave( $post->ID, get_current_user_id() );
	if ( ! $stopped && $autosave ) {
		wp_delete_post_revision( $autosave->ID ); // It holds what was masked.
	}
	back( $post->ID, array( 'deident' => $stopped ? "$done-stopped" : $done ) );
}

/**
 * Back to the editor.
 *
 * @param int   $id   Of the post.
 * @param array $with Arguments for the address.
 */
function back( int $id, array $with ): void {
	wp_safe_redirect( add_query_arg( $with, admin_url( "post.php?post=$id&action=edit" ) ) );
	exit;
}

/**
 * "Mask and publish".
 */
function on_mask(): void {
	$post   = asked_post( 'deident_mask' );
	$fields = stopped_fields( $post );
	$masked = masked( content( $fields ), $post->ID );
	if ( isset( $masked['failure'] ) ) {
		say_next( $masked['failure'] );
		back( $post->ID, array( 'deident' => 'said' ) );
	}
	$fields['post_title']   = $masked['content']['title'];
	$fields['post_content'] = $masked['content']['content'];
	$fields['post_excerpt'] = $masked['content']['excerpt'];
	if ( $masked['reset'] ) {
		$fields['post_name'] = '';
	}
	if ( $masked['left'] ) {
		/* translators: %s: names of files. */
		say_next( sprintf( __( 'These linked files must be replaced by hand: %s', 'deident' ), implode( ', ', $masked['left'] ) ) );
	}
	publish( $post, $fields, 'masked' );
}

/**
 * "Publish with a reason".
 */
function on_override(): void {
	$post = asked_post( 'deident_override' );
	if ( ! current_user_can( OVERRIDE ) ) {
		wp_die( esc_html__( 'Sorry, you are not allowed to publish in spite of the check.', 'deident' ), 403 );
	}
	$fields  = stopped_fields( $post );
	$reason  = isset( $_POST['reason'] ) ? sanitize_textarea_field( wp_unslash( $_POST['reason'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification
	$refused = override( $post->ID, content( as_saved( $fields, $post->ID ) ), $reason );
	if ( '' !== $refused ) {
		say_next( $refused );
		back( $post->ID, array( 'deident' => 'said' ) );
	}
	publish( $post, $fields, 'overridden' );
}

/**
 * Keeps a sentence for the user's next page.
 *
 * @param string $words The sentence.
 */
function say_next( string $words ): void {
	set_transient( 'deident_said_' . get_current_user_id(), $words, HOUR_IN_SECONDS );
}

add_action( 'admin_post_deident_mask', __NAMESPACE__ . '\on_mask' );
add_action( 'admin_post_deident_override', __NAMESPACE__ . '\on_override' );
