<?php
/**
 * Settings → deident.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * The page and its option.
 */
function on_admin_menu(): void {
	add_options_page( __( 'Personal data check', 'deident' ), 'deident', 'manage_options', 'deident', __NAMESPACE__ . '\show_settings' );
}

/**
 * Registers the option.
 */
function on_admin_init(): void {
	register_setting( 'deident', 'deident', array( 'sanitize_callback' => __NAMESPACE__ . '\clean_options' ) );
}

/**
 * What was entered, in the shape of DEFAULTS.
 *
 * @param mixed $given From the form.
 */
function clean_options( $given ): array {
	$given = is_array( $given ) ? $given : array();
	$key   = trim( (string) ( $given['key'] ?? '' ) );
	$old   = get_option( 'deident', array() );
	return array(
		'url'         => esc_url_raw( trim( (string) ( $given['url'] ?? '' ) ), array( 'http', 'https' ) ),
		'key'         => '' === $key ? (string) ( $old['key'] ?? '' ) : $key, // Left empty: the one there is.
		'closed'      => 'open' !== ( $given['closed'] ?? 'closed' ) && false !== ( $given['closed'] ?? true ),
		'channel'     => in_array( $given['channel'] ?? '', CHANNELS, true ) ? $given['channel'] : 'site',
		'timeout'     => min( 120, max( 1, (int) ( $given['timeout'] ?? DEFAULTS['timeout'] ) ) ),
		'attachments' => in_array( $given['attachments'] ?? '', array( 'none', 'documents', 'all' ), true ) ? $given['attachments'] : 'documents',
		'max_mb'      => min( 500, max( 1, (int) ( $given['max_mb'] ?? DEFAULTS['max_mb'] ) ) ),
		'review'      => ! empty( $given['review'] ),
		'desk'        => esc_url_raw( trim( (string) ( $given['desk'] ?? '' ) ), array( 'http', 'https' ) ),
	);
}

/**
 * Names of the channels.
 *
 * @return array<string, string>
 */
function channel_names(): array {
	return array(
		'site'     => __( 'Web site', 'deident' ),
		'wechat'   => __( 'WeChat account', 'deident' ),
		'weibo'    => __( 'Weibo account', 'deident' ),
		'app'      => __( 'App', 'deident' ),
		'gazette'  => __( 'Gazette', 'deident' ),
		'opendata' => __( 'Open data', 'deident' ),
		'board'    => __( 'Notice board', 'deident' ),
		'reply'    => __( 'Reply to an applicant', 'deident' ),
	);
}

/**
 * A row of the form with a choice.
 *
 * @param string                $name    A key of DEFAULTS.
 * @param string                $label   Its name for people.
 * @param array<string, string> $choices Value → name.
 * @param string                $chosen  The value there is.
 * @param string                $help    A sentence below.
 */
function choice( string $name, string $label, array $choices, string $chosen, string $help = '' ): void {
	printf( '<tr><th scope="row"><label for="deident-%1$s">%2$s</label></th><td><select id="deident-%1$s" name="deident[%1$s]">', esc_attr( $name ), esc_html( $label ) );
	foreach ( $choices as $value => $words ) {
		printf( '<option value="%s"%s>%s</option>', esc_attr( $value ), selected( $chosen, $value, false ), esc_html( $words ) );
	}
	echo '</select><p class="description">' . esc_html( $help ) . '</p></td></tr>';
}

/**
 * A row of the form with an input.
 *
 * @param string $name  A key of DEFAULTS.
 * @param string $label Its name for people.
 * @param string $type  Of the input.
 * @param string $value What is in it.
 * @param string $help  A sentence below.
 */
function entry( string $name, string $label, string $type, string $value, string $help = '' ): void {
	printf(
		'<tr><th scope="row"><label for="deident-%1$s">%2$s</label></th><td><input id="deident-%1$s" name="deident[%1$s]" type="%3$s" value="%4$s" class="%5$s" autocomplete="off"><p class="description">%6$s</p></td></tr>',
		esc_attr( $name ),
		esc_html( $label ),
		esc_attr( $type ),
		esc_attr( $value ),
		'number' === $type ? 'small-text' : 'regular-text',
		esc_html( $help )
	);
}

/**
 * The page.
 */
function show_settings(): void {
	echo '<div class="wrap"><h1>' . esc_html__( 'Personal data check', 'deident' ) . '</h1>';
	echo '<form method="post" action="options.php">';
	settings_fields( 'deident' );
	echo '<table class="form-table" role="presentation">';
	entry( 'url', __( 'Address of the hook', 'deident' ), 'url', (string) option( 'url' ), __( 'Where "deident serve" answers, for example http://127.0.0.1:8470', 'deident' ) );
	if ( defined( 'DEIDENT_KEY' ) ) {
		echo '<tr><th scope="row">' . esc_html__( 'Key', 'deident' ) . '</th><td>' . esc_html__( 'Set by DEIDENT_KEY in wp-config.php.', 'deident' ) . '</td></tr>';
	} else {
		$kept = '' === option( 'key' ) ? '' : __( 'A key is stored; leave this empty to keep it.', 'deident' );
		entry( 'key', __( 'Key', 'deident' ), 'password', '', trim( $kept . ' ' . __( 'Better: define( \'DEIDENT_KEY\', \'…\' ); in wp-config.php.', 'deident' ) ) );
	}
	choice(
		'closed',
		__( 'When the hook does not answer', 'deident' ),
		array(
			'closed' => __( 'Nothing is published (recommended)', 'deident' ),
			'open'   => __( 'Publish unchecked, and say so', 'deident' ),
		),
		option( 'closed' ) ? 'closed' : 'open'
	);
	entry( 'timeout', __( 'Wait for an answer (seconds)', 'deident' ), 'number', (string) option( 'timeout' ) );
	choice( 'channel', __( 'Channel', 'deident' ), channel_names(), (string) option( 'channel' ), __( 'Some documents may be published on some channels only.', 'deident' ) );
	choice(
		'attachments',
		__( 'Linked uploads', 'deident' ),
		array(
			'documents' => __( 'Check documents', 'deident' ),
			'all'       => __( 'Check documents and pictures', 'deident' ),
			'none'      => __( 'Do not check', 'deident' ),
		),
		(string) option( 'attachments' ),
		__( 'Pictures need deident[ocr] on the server of the hook.', 'deident' )
	);
	entry( 'max_mb', __( 'Uploads of one post, at most (MB)', 'deident' ), 'number', (string) option( 'max_mb' ) );
	printf(
		'<tr><th scope="row">%s</th><td><label><input type="checkbox" name="deident[review]" value="1"%s> %s</label></td></tr>',
		esc_html__( 'Review desk', 'deident' ),
		checked( option( 'review' ), true, false ),
		esc_html__( 'File what is stopped, so that a reviewer sees it', 'deident' )
	);
	entry( 'desk', __( 'Address of the review desk', 'deident' ), 'url', (string) option( 'desk' ), __( 'For the links in notices, where it differs from the address of the hook.', 'deident' ) );
	echo '</table>';
	submit_button();
	echo '</form><form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="deident_try">';
	wp_nonce_field( 'deident_try' );
	submit_button( __( 'Try the connection', 'deident' ), 'secondary', 'submit', false );
	echo '</form>';
	show_overrides();
	echo '</div>';
}

/**
 * The record of overrides.
 */
function show_overrides(): void {
	echo '<h2>' . esc_html__( 'Published in spite of the check', 'deident' ) . '</h2>';
	$rows = latest_overrides( 100 );
	if ( ! $rows ) {
		echo '<p>' . esc_html__( 'Nothing so far.', 'deident' ) . '</p>';
		return;
	}
	$heads = array( __( 'When (UTC)', 'deident' ), __( 'Who', 'deident' ), __( 'Post', 'deident' ), __( 'Verdict', 'deident' ), __( 'To mask / to review', 'deident' ), __( 'Reason', 'deident' ) );
	echo '<table class="widefat striped deident-overrides"><thead><tr><th scope="col">' . implode( '</th><th scope="col">', array_map( 'esc_html', $heads ) ) . '</th></tr></thead><tbody>'; // phpcs:ignore WordPress.Security.EscapeOutput
	foreach ( $rows as $row ) {
		$cells = array( $row->decided_at, $row->user_login, '#' . $row->post_id, $row->verdict, "$row->to_mask / $row->to_review", $row->reason );
		echo '<tr>';
		foreach ( $cells as $n => $cell ) {
			echo '<td data-head="' . esc_attr( $heads[ $n ] ) . '">' . esc_html( $cell ) . '</td>';
		}
		echo '</tr>';
	}
	echo '</tbody></table>';
}

/**
 * "Try the connection": a harmless text is checked.
 */
function on_try(): void {
	check_admin_referer( 'deident_try' );
	if ( ! current_user_can( 'manage_options' ) ) {
		wp_die( '', 403 );
	}
	$got = ask( 'check', array( 'text' => '政务服务热线 12345' ) );
	if ( isset( $got['failure'] ) ) {
		add_settings_error( 'deident', 'deident', $got['failure'] );
	} else {
		/* translators: 1: version, 2: policy. */
		add_settings_error( 'deident', 'deident', sprintf( __( 'The hook answers: deident %1$s, policy %2$s.', 'deident' ), $got['version'] ?? '?', $got['policy'] ?? '?' ), 'success' );
	}
	set_transient( 'settings_errors', get_settings_errors(), 30 );
	wp_safe_redirect( add_query_arg( 'settings-updated', 'true', admin_url( 'options-general.php?page=deident' ) ) );
	exit;
}

add_action( 'admin_menu', __NAMESPACE__ . '\on_admin_menu' );
add_action( 'admin_init', __NAMESPACE__ . '\on_admin_init' );
add_action( 'admin_post_deident_try', __NAMESPACE__ . '\on_try' );
