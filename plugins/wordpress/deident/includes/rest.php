<?php
/**
 * The block editor and other REST clients: a stopped publish is an error of the answer, with the list in `data.deident`; two routes give
 * the editor "mask" and "override".
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * A post about to be written by the REST API.
 *
 * @param \stdClass|\WP_Error $prepared Its fields.
 * @return \stdClass|\WP_Error
 */
function on_rest( $prepared ) {
	if ( is_wp_error( $prepared ) ) {
		return $prepared;
	}
	$id     = (int) ( $prepared->ID ?? 0 );
	$before = $id ? get_post( $id ) : null;
	$status = (string) ( $prepared->post_status ?? ( $before ? $before->post_status : 'draft' ) );
	$new    = as_saved( (array) $prepared, $id );
	if ( ! is_public( $status ) || unchanged( $before, $status, $new ) ) {
		return $prepared;
	}
	$all    = array_merge( $before ? $before->to_array() : array(), $new );
	$answer = judge( content( $all ), $id );
	if ( $answer['passes'] ) {
		return $prepared;
	}
	$kept = '';
	if ( ! $before || ! is_live( $before->post_status ) ) { // Saved all the same, so that nothing is lost.
		$draft = array_merge( (array) $prepared, array( 'post_status' => kept_status( $before ) ) );
		$saved = $before ? wp_update_post( wp_slash( $draft ), true ) : wp_insert_post( wp_slash( $draft ), true );
		$id    = is_wp_error( $saved ) ? $id : (int) $saved;
	}
	if ( $id ) {
		$kept = note_stopped( $id, $answer, $all );
	}
	return new \WP_Error(
		'deident_stopped',
		words( $answer, $kept ),
		array(
			'status'  => '' === $answer['verdict'] ? 503 : 422,
			'post_id' => $id,
			'deident' => $answer + array(
				'headline' => headline( $answer ),
				'kept'     => $kept,
			),
		)
	);
}

/**
 * The content in a request of the editor, as it would be saved.
 *
 * @param \WP_REST_Request $request With id, title, content, excerpt.
 */
function content_of( \WP_REST_Request $request ): array {
	$id = (int) $request['id'];
	return content(
		as_saved(
			array(
				'post_title'   => (string) $request['title'],
				'post_content' => (string) $request['content'],
				'post_excerpt' => (string) $request['excerpt'],
				'post_name'    => (string) get_post( $id )->post_name,
			),
			$id
		)
	);
}

/**
 * POST deident/v1/posts/ID/mask: the masked title, content and excerpt; the editor saves and publishes them.
 *
 * @param \WP_REST_Request $request With title, content, excerpt.
 * @return array|\WP_Error
 */
function rest_mask( \WP_REST_Request $request ) {
	$masked = masked( content_of( $request ), (int) $request['id'] );
	if ( isset( $masked['failure'] ) ) {
		return new \WP_Error( 'deident_failed', $masked['failure'], array( 'status' => 503 ) );
	}
	return array(
		'title'   => $masked['content']['title'],
		'content' => $masked['content']['content'],
		'excerpt' => $masked['content']['excerpt'],
		'reset'   => $masked['reset'],
		'count'   => $masked['count'],
		'left'    => $masked['left'],
	);
}

/**
 * POST deident/v1/posts/ID/override: records the reason and lets exactly this content through.
 *
 * @param \WP_REST_Request $request With title, content, excerpt, reason.
 * @return array|\WP_Error
 */
function rest_override( \WP_REST_Request $request ) {
	$refused = override( (int) $request['id'], content_of( $request ), (string) $request['reason'] );
	return '' === $refused ? array( 'recorded' => true ) : new \WP_Error( 'deident_refused', $refused, array( 'status' => 422 ) );
}

/**
 * Whether the user may publish the post.
 *
 * @param \WP_REST_Request $request With id.
 */
function rest_may_publish( \WP_REST_Request $request ): bool {
	$post = get_post( (int) $request['id'] );
	return $post && in_array( $post->post_type, guarded_types(), true ) && current_user_can( 'edit_post', $post->ID )
		&& current_user_can( get_post_type_object( $post->post_type )->cap->publish_posts );
}

/**
 * Routes and guards.
 */
function on_rest_init(): void {
	foreach ( guarded_types() as $type ) {
		add_filter( "rest_pre_insert_$type", __NAMESPACE__ . '\on_rest', PHP_INT_MAX );
	}
	$text = array(
		'type'    => 'string',
		'default' => '',
	);
	$args = array(
		'title'   => $text,
		'content' => $text,
		'excerpt' => $text,
	);
	register_rest_route(
		'deident/v1',
		'/posts/(?P<id>\d+)/mask',
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\rest_mask',
			'permission_callback' => __NAMESPACE__ . '\rest_may_publish',
			'args'                => $args,
		)
	);
	register_rest_route(
		'deident/v1',
		'/posts/(?P<id>\d+)/override',
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\rest_override',
			'permission_callback' => function ( \WP_REST_Request $request ): bool {
				return rest_may_publish( $request ) && current_user_can( OVERRIDE );
			},
			'args'                => $args + array( 'reason' => $text ),
		)
	);
}

/**
 * The script of the block editor, with its texts and the answer of an earlier stop.
 */
function on_block_editor(): void {
	$post = get_post();
	if ( ! $post || ! in_array( $post->post_type, guarded_types(), true ) ) {
		return;
	}
	$home = plugin_dir_url( __DIR__ ) . 'assets/';
	wp_enqueue_style( 'deident', $home . 'deident.css', array(), VERSION );
	wp_enqueue_script( 'deident-editor', $home . 'editor.js', array( 'wp-api-fetch', 'wp-blocks', 'wp-components', 'wp-data', 'wp-editor', 'wp-element', 'wp-notices', 'wp-plugins' ), VERSION, true );
	$answer = get_post_meta( $post->ID, ANSWER, true );
	$words  = array(
		'details'  => __( 'Details', 'deident' ),
		'mask'     => __( 'Mask and publish', 'deident' ),
		'close'    => __( 'Back to the editor', 'deident' ),
		'review'   => __( 'Open the review', 'deident' ),
		'reason'   => __( 'Reason for publishing all the same (recorded with your name; no personal data here)', 'deident' ),
		'override' => __( 'Publish with this reason', 'deident' ),
		/* translators: %d: number of places. */
		'masked'   => __( 'Places masked: %d.', 'deident' ),
		'left'     => __( 'These linked files must be replaced by hand: %s', 'deident' ),
		'heads'    => heads(),
		'actions'  => action_names(),
		'earlier'  => __( 'This was not published earlier; see the details.', 'deident' ),
		'more'     => __( 'and %d more.', 'deident' ),
	);
	$data = array(
		'words'    => $words,
		'override' => current_user_can( OVERRIDE ),
		'answer'   => is_array( $answer ) && ! is_live( $post->post_status ) ? $answer + array( 'headline' => headline( $answer ) ) : null,
	);
	wp_add_inline_script( 'deident-editor', 'window.deident = ' . wp_json_encode( $data, JSON_HEX_TAG ) . ';', 'before' );
}

add_action( 'rest_api_init', __NAMESPACE__ . '\on_rest_init' );
add_action( 'enqueue_block_editor_assets', __NAMESPACE__ . '\on_block_editor' );
