<?php
/**
 * The request to the publish hook.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const VERDICTS = array( 'publishable', 'review', 'blocked', 'incomplete' );

/**
 * Asks the hook.
 *
 * @param string $verb 'check' or 'mask'.
 * @param array  $body The submission.
 * @return array The hook's answer; or `failure` (words for the editor) and `open` (whether a site that fails open may go on: true where
 *               the service is at fault, false where it refuses this very content).
 */
function ask( string $verb, array $body ): array {
	$url = rtrim( (string) option( 'url' ), '/' );
	if ( '' === $url ) {
		return failure( __( 'The check is not set up. An administrator must enter the address of the hook under Settings → deident.', 'deident' ) );
	}
	// Broken UTF-8 must not end in an empty body.
	$json = json_encode( $body, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES );
	$got  = wp_remote_post(
		"$url/v1/$verb",
		array(
			'timeout'     => max( 1, (int) option( 'timeout' ) ),
			'redirection' => 0, // The key goes to no other address.
			'headers'     => array(
				'Authorization' => 'Bearer ' . option( 'key' ),
				'Content-Type'  => 'application/json; charset=utf-8',
				'Accept'        => 'application/json',
			),
			'body'        => $json,
		)
	);
	if ( is_wp_error( $got ) ) {
		if ( false !== strpos( $got->get_error_message(), 'cURL error 28' ) ) {
			/* translators: %d: seconds. */
			return failure( sprintf( __( 'The check did not answer within %d seconds. Try again in a while, or tell the administrator.', 'deident' ), (int) option( 'timeout' ) ) );
		}
		if ( preg_match( '/cURL error (52|55|56):/', $got->get_error_message() ) ) { // A hook that is there may do so to content that is too large.
			return failure( __( 'The connection to the check broke off (the content may be too large). Try again in a while, or tell the administrator.', 'deident' ), false );
		}
		return failure( __( 'The check cannot be reached. Try again in a while, or tell the administrator.', 'deident' ) );
	}
	$code   = (int) wp_remote_retrieve_response_code( $got );
	$answer = json_decode( wp_remote_retrieve_body( $got ), true );
	if ( 200 === $code && is_array( $answer ) && in_array( $answer['verdict'] ?? '', VERDICTS, true ) ) {
		return $answer;
	}
	$said = is_array( $answer ) && is_array( $answer['error'] ?? null ) ? (string) ( $answer['error']['message'] ?? '' ) : '';
	if ( in_array( $code, array( 400, 413, 415, 422 ), true ) ) {
		/* translators: %s: what the hook said. */
		return failure( trim( sprintf( __( 'The check could not take this content. %s', 'deident' ), $said ) ), false );
	}
	if ( 401 === $code || 403 === $code ) {
		return failure( __( 'The check does not accept the key of this site. An administrator must enter the right one under Settings → deident.', 'deident' ) );
	}
	/* translators: 1: number of the HTTP status, 2: what the hook said. */
	return failure( trim( sprintf( __( 'The check is not available at the moment (HTTP %1$d). %2$s', 'deident' ), $code, $said ) ) );
}

/**
 * The shape of a failure; see ask().
 *
 * @param string $words For the editor.
 * @param bool   $open  See ask().
 */
function failure( string $words, bool $open = true ): array {
	return array(
		'failure' => $words,
		'open'    => $open,
	);
}
