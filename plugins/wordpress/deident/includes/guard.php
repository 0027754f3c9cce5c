<?php
/**
 * Every way of publishing leads through here.
 *
 * wp_insert_post()           all editors, Quick Edit, bulk edit, XML-RPC, REST, importers, WP-CLI: its data are changed before they are
 *                            written.  What may not go online is saved as a draft; of a post that is online already the published version
 *                            stays, and the change is kept as an autosave.
 * publish_future_post        the scheduled moment: checked once more, for the content or the policy may have changed since.
 * transition_post_status     wp_publish_post() called by another plug-in: it writes at once, so that the post is taken back first,
 *                            then checked, and put online again where it may be.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const AGAIN = 5 * MINUTE_IN_SECONDS; // When a scheduled post is tried again after the hook was down.

/**
 * What this request knows: `through` ids that were checked and are about to change status (0: a new post), `waiting` the answer whose post
 * is being written, `stopped` ids of posts that were stopped.
 *
 * @return \stdClass
 */
function request(): \stdClass {
	static $request = null;
	$request        = $request ?? (object) array(
		'through' => array(),
		'waiting' => null,
		'stopped' => array(),
	);
	return $request;
}

/**
 * Whether saving changes nothing that the public sees.
 *
 * @param \WP_Post|null $before  The post as it is.
 * @param string        $status  The status that it is to have.
 * @param array         $data    Unslashed fields that it is to have.
 */
function unchanged( ?\WP_Post $before, string $status, array $data ): bool {
	if ( ! $before || ! is_public( $before->post_status ) || ( 'future' === $before->post_status && 'future' !== $status ) ) {
		return false;
	}
	foreach ( array( 'post_title', 'post_content', 'post_excerpt', 'post_name', 'post_password' ) as $field ) {
		if ( isset( $data[ $field ] ) && $data[ $field ] !== $before->$field ) {
			return false;
		}
	}
	return true;
}

/**
 * Data of a post, about to be written.
 *
 * @param array $data    Slashed fields.
 * @param array $postarr What the caller gave.
 */
function on_insert( array $data, array $postarr ): array {
	if ( ! in_array( $data['post_type'], guarded_types(), true ) ) {
		return $data;
	}
	request()->waiting = null; // Of a post that could not be written.
	if ( ! is_public( (string) $data['post_status'] ) ) {
		return $data;
	}
	$id     = (int) ( $postarr['ID'] ?? 0 );
	$before = $id ? get_post( $id ) : null;
	$plain  = wp_unslash( $data );
	if ( unchanged( $before, $data['post_status'], $plain ) ) {
		request()->through[ $id ] = true;
		return $data;
	}
	$answer             = judge( content( $plain ), $id );
	request()->waiting  = array( $id, $data['post_type'], $answer, $plain );
	if ( $answer['passes'] ) {
		request()->through[ $id ] = true;
		return $data;
	}
	if ( $before && is_live( $before->post_status ) ) {
		foreach ( array( 'post_title', 'post_content', 'post_excerpt', 'post_name', 'post_password', 'post_status', 'post_date', 'post_date_gmt', 'post_modified', 'post_modified_gmt' ) as $field ) {
			$data[ $field ] = wp_slash( $before->$field );
		}
		request()->through[ $id ] = true;
		return $data;
	}
	$data['post_status'] = kept_status( $before );
	if ( ( ! $before || '' === $before->post_name ) && empty( $postarr['post_name'] ) ) {
		$data['post_name'] = ''; // A draft gets its address from the title that it has when it is published.
	}
	if ( $before ? '0000-00-00 00:00:00' === $before->post_date_gmt : empty( $postarr['post_date_gmt'] ) ) {
		if ( 'future' !== $plain['post_status'] ) {
			$data['post_date_gmt'] = '0000-00-00 00:00:00'; // And its date from that moment.
		}
	}
	return $data;
}

/**
 * The status in which a post is kept that may not go online.
 *
 * @param \WP_Post|null $before The post as it was.
 */
function kept_status( ?\WP_Post $before ): string {
	return ! $before || is_public( $before->post_status ) || in_array( $before->post_status, array( 'auto-draft', 'new', 'trash' ), true ) ? 'draft' : $before->post_status;
}

/**
 * A post has been written: the answer goes with it, and whoever asked is told.
 *
 * @param int      $id   Of the post.
 * @param \WP_Post $post The post.
 */
function on_written( int $id, \WP_Post $post ): void {
	$waiting = request()->waiting;
	if ( ! $waiting || $waiting[1] !== $post->post_type || ( $waiting[0] && $waiting[0] !== $id ) ) {
		return;
	}
	request()->waiting = null;

	list( , , $answer, $plain ) = $waiting;
	if ( $answer['passes'] ) {
		note_published( $id, $answer );
		return;
	}
	$kept = note_stopped( $id, $answer, $plain );
	if ( defined( 'XMLRPC_REQUEST' ) && XMLRPC_REQUEST && isset( $GLOBALS['wp_xmlrpc_server'] ) ) {
		$GLOBALS['wp_xmlrpc_server']->error( 422, words( $answer, $kept ) ); // Ends the request.
	}
	if ( wp_doing_ajax() && 'inline-save' === ( $_POST['action'] ?? '' ) ) { // phpcs:ignore WordPress.Security.NonceVerification
		wp_die( esc_html( words( $answer, $kept ) ) ); // Quick Edit shows this in place of the row.
	}
}

/**
 * The scheduled moment.
 *
 * @param int $id Of the post.
 */
function on_schedule( $id ): void {
	$post = get_post( $id );
	if ( ! $post || 'future' !== $post->post_status || ! in_array( $post->post_type, guarded_types(), true ) || strtotime( $post->post_date_gmt . ' GMT' ) > time() ) {
		return;
	}
	$answer = judge( content( $post->to_array() ), $post->ID );
	if ( $answer['passes'] ) {
		request()->through[ $post->ID ] = true;
		note_published( $post->ID, $answer );
		return;
	}
	if ( '' === $answer['verdict'] ) { // The hook is down: once more later.
		remove_action( 'publish_future_post', 'check_and_publish_future_post' );
		wp_schedule_single_event( time() + AGAIN, 'publish_future_post', array( $post->ID ) );
		note_stopped( $post->ID, $answer );
		return;
	}
	wp_update_post(
		array(
			'ID'          => $post->ID,
			'post_status' => 'draft',
		)
	);
	tell_author( $post, words( $answer, note_stopped( $post->ID, $answer ) ) );
}

/**
 * Puts WordPress's own step back after on_schedule().
 */
function after_schedule(): void {
	if ( ! has_action( 'publish_future_post', 'check_and_publish_future_post' ) ) {
		add_action( 'publish_future_post', 'check_and_publish_future_post' );
	}
}

/**
 * A change of status: one to a public status that has not been checked is taken back at once.
 *
 * @param string   $new  Status.
 * @param string   $old  Status.
 * @param \WP_Post $post The post; its status is set to what it really is, for those who are told after us.
 */
function on_transition( string $new, string $old, \WP_Post $post ): void {
	global $wpdb;
	$known = isset( request()->through[ $post->ID ] ) || ( 'new' === $old && isset( request()->through[0] ) );
	unset( request()->through[ $post->ID ] );
	if ( 'new' === $old ) {
		unset( request()->through[0] );
	}
	if ( $known || ! is_live( $new ) || is_live( $old ) || ! in_array( $post->post_type, guarded_types(), true ) ) {
		return;
	}
	$kept = 'new' === $old || 'auto-draft' === $old ? 'draft' : $old;
	$wpdb->update( $wpdb->posts, array( 'post_status' => $kept ), array( 'ID' => $post->ID ) );
	clean_post_cache( $post->ID );
	$answer = judge( content( $post->to_array() ), $post->ID );
	if ( $answer['passes'] ) {
		$wpdb->update( $wpdb->posts, array( 'post_status' => $new ), array( 'ID' => $post->ID ) );
		note_published( $post->ID, $answer );
	} else {
		$kept = 'future' === $kept ? 'draft' : $kept;
		$wpdb->update( $wpdb->posts, array( 'post_status' => $kept ), array( 'ID' => $post->ID ) );
		$post->post_status = $kept;
		note_stopped( $post->ID, $answer );
	}
	clean_post_cache( $post->ID );
}

add_filter( 'wp_insert_post_data', __NAMESPACE__ . '\on_insert', PHP_INT_MAX, 2 );
add_action( 'wp_insert_post', __NAMESPACE__ . '\on_written', PHP_INT_MAX, 2 );
add_action( 'publish_future_post', __NAMESPACE__ . '\on_schedule', 1 );
add_action( 'publish_future_post', __NAMESPACE__ . '\after_schedule', PHP_INT_MAX );
add_action( 'transition_post_status', __NAMESPACE__ . '\on_transition', PHP_INT_MIN, 3 );
