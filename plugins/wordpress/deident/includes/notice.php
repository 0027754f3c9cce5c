<?php
/**
 * How the editor is told, outside the block editor.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * Headers of the list of findings.
 *
 * @return array<string, string>
 */
function heads(): array {
	return array(
		'place'   => __( 'Where', 'deident' ),
		'kind'    => __( 'What', 'deident' ),
		'preview' => __( 'Masked preview', 'deident' ),
		'action'  => __( 'Needed', 'deident' ),
		'reason'  => __( 'Why', 'deident' ),
		'basis'   => __( 'Basis', 'deident' ),
	);
}

/**
 * What is to be done about a finding.
 *
 * @return array<string, string>
 */
function action_names(): array {
	return array(
		'mask'   => __( 'must be masked', 'deident' ),
		'review' => __( 'a person decides', 'deident' ),
	);
}

/**
 * The list of findings.
 *
 * @param array $answer See judge.php.
 */
function show_findings( array $answer ): void {
	if ( ! $answer['findings'] ) {
		return;
	}
	echo '<table class="widefat striped deident-findings"><thead><tr>';
	foreach ( heads() as $head ) {
		echo '<th scope="col">' . esc_html( $head ) . '</th>';
	}
	echo '</tr></thead><tbody>';
	$actions = action_names();
	foreach ( $answer['findings'] as $row ) {
		echo '<tr>';
		foreach ( heads() as $column => $head ) {
			$cell = 'action' === $column ? ( $actions[ $row['action'] ] ?? $row['action'] ) : implode( '; ', (array) $row[ $column ] );
			echo '<td data-head="' . esc_attr( $head ) . '">' . esc_html( $cell ) . '</td>';
		}
		echo '</tr>';
	}
	echo '</tbody></table>';
	if ( $answer['more'] ) {
		/* translators: %d: number of places. */
		echo '<p>' . esc_html( sprintf( __( 'and %d more.', 'deident' ), $answer['more'] ) ) . '</p>';
	}
}

/**
 * Why a post is not online, with what can be done.
 *
 * @param \WP_Post $post   The post.
 * @param array    $answer See judge.php.
 */
function show_stopped( \WP_Post $post, array $answer ): void {
	echo '<div class="notice notice-error deident-stopped"><p><strong>' . esc_html( headline( $answer ) ) . '</strong> ' . esc_html( $answer['message'] ) . '</p>';
	if ( $answer['reasons'] ) {
		echo '<ul class="ul-disc"><li>' . implode( '</li><li>', array_map( 'esc_html', $answer['reasons'] ) ) . '</li></ul>'; // phpcs:ignore WordPress.Security.EscapeOutput
	}
	show_findings( $answer );
	echo '<div class="deident-actions">';
	if ( $answer['maskable'] ) {
		open_form( 'deident_mask', $post->ID );
		submit_button( __( 'Mask and publish', 'deident' ), 'primary', 'deident_mask', false );
		echo '</form>';
	}
	if ( '' !== $answer['review'] ) {
		echo '<a class="button" href="' . esc_url( $answer['review'] ) . '">' . esc_html__( 'Open the review', 'deident' ) . '</a>';
	}
	if ( current_user_can( OVERRIDE ) ) {
		open_form( 'deident_override', $post->ID );
		echo '<label for="deident-reason">' . esc_html__( 'Reason for publishing all the same (recorded with your name; no personal data here)', 'deident' ) . '</label>';
		echo '<textarea id="deident-reason" name="reason" rows="2" required minlength="4" maxlength="1000"></textarea>';
		submit_button( __( 'Publish with this reason', 'deident' ), 'secondary', 'deident_override', false );
		echo '</form>';
	}
	echo '</div></div>';
}

/**
 * The beginning of a form for one of the actions.
 *
 * @param string $action 'deident_mask' or 'deident_override'.
 * @param int    $id     Of the post.
 */
function open_form( string $action, int $id ): void {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" class="' . esc_attr( $action ) . '">';
	echo '<input type="hidden" name="action" value="' . esc_attr( $action ) . '"><input type="hidden" name="post" value="' . esc_attr( (string) $id ) . '">';
	wp_nonce_field( "$action-$id" );
}

/**
 * A short notice.
 *
 * @param string $kind  success, warning, error.
 * @param string $words What it says.
 */
function show_notice( string $kind, string $words ): void {
	echo '<div class="notice notice-' . esc_attr( $kind ) . ' is-dismissible"><p>' . esc_html( $words ) . '</p></div>';
}

/**
 * Notices on the pages of the editor and of the lists.
 */
function on_notices(): void {
	$screen = get_current_screen();
	$said   = get_transient( 'deident_said_' . get_current_user_id() );
	if ( $said ) {
		delete_transient( 'deident_said_' . get_current_user_id() );
		show_notice( 'error', (string) $said );
	}
	if ( 'post' === $screen->base && ! $screen->is_block_editor() ) {
		show_on_post( get_post() );
	} elseif ( in_array( $screen->base, array( 'edit', 'dashboard' ), true ) ) {
		show_on_list();
	}
}

/**
 * Notices above the classic editor.
 *
 * @param \WP_Post|null $post The post that is being edited.
 */
function show_on_post( ?\WP_Post $post ): void {
	if ( ! $post ) {
		return;
	}
	$did = isset( $_GET['deident'] ) ? sanitize_key( wp_unslash( $_GET['deident'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification
	if ( 'masked' === $did ) {
		show_notice( 'success', __( 'Masked and published.', 'deident' ) );
	} elseif ( 'masked-stopped' === $did ) {
		show_notice( 'warning', __( 'What had to be masked is masked; what is left in the list must be decided before it can be published.', 'deident' ) );
	} elseif ( 'overridden' === $did ) {
		show_notice( 'success', __( 'Published; your reason is recorded.', 'deident' ) );
	}
	$unchecked = get_post_meta( $post->ID, UNCHECKED, true );
	if ( is_array( $unchecked ) && is_live( $post->post_status ) ) {
		/* translators: %s: why. */
		show_notice( 'warning', sprintf( __( 'This was published unchecked. %s', 'deident' ), $unchecked[1] ) );
	}
	$answer = get_post_meta( $post->ID, ANSWER, true );
	if ( is_array( $answer ) && ( ! is_live( $post->post_status ) || wp_get_post_autosave( $post->ID, get_current_user_id() ) ) ) {
		show_stopped( $post, $answer );
	}
}

/**
 * Notices above the lists of posts: what was stopped since the last look (bulk edit, Quick Edit, scheduled posts).
 */
function show_on_list(): void {
	$ids = array_filter( (array) get_user_meta( get_current_user_id(), ANSWER, true ) );
	delete_user_meta( get_current_user_id(), ANSWER );
	$lines = array();
	foreach ( $ids as $id ) {
		$answer = get_post_meta( (int) $id, ANSWER, true );
		if ( is_array( $answer ) && current_user_can( 'edit_post', $id ) ) {
			$lines[] = '<li><a href="' . esc_url( (string) get_edit_post_link( $id ) ) . '">' . esc_html( get_the_title( $id ) ) . '</a> – ' . esc_html( $answer['message'] ) . '</li>';
		}
	}
	if ( $lines ) {
		echo '<div class="notice notice-error deident-stopped"><p><strong>' . esc_html__( 'Not published', 'deident' ) . '</strong></p><ul class="ul-disc">' . implode( '', $lines ) . '</ul></div>'; // phpcs:ignore WordPress.Security.EscapeOutput
	}
}

/**
 * After saving in the classic editor WordPress says "Post published"; not where it was stopped.
 *
 * @param string $location Where the browser goes.
 * @param int    $id       Of the post.
 */
function on_redirect( string $location, int $id ): string {
	return in_array( $id, request()->stopped, true ) ? remove_query_arg( 'message', $location ) : $location;
}

/**
 * The style of the notices.
 */
function on_admin_style(): void {
	wp_enqueue_style( 'deident', plugin_dir_url( __DIR__ ) . 'assets/deident.css', array(), VERSION );
}

add_action( 'admin_notices', __NAMESPACE__ . '\on_notices' );
add_filter( 'redirect_post_location', __NAMESPACE__ . '\on_redirect', 10, 2 );
add_action( 'admin_enqueue_scripts', __NAMESPACE__ . '\on_admin_style' );
