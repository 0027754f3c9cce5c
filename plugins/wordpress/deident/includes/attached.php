<?php
/**
 * The uploads that a post links to.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const MOST_FILES = 20;

/**
 * The files in the uploads folder that the texts link to.
 *
 * @param string $html Content and excerpt.
 * @return array<string, string> Name as sent to the hook → path.
 */
function attached( string $html ): array {
	if ( 'none' === option( 'attachments' ) ) {
		return array();
	}
	$uploads = wp_get_upload_dir();
	$base    = realpath( $uploads['basedir'] );
	$front   = (string) wp_parse_url( $uploads['baseurl'], PHP_URL_PATH );
	if ( false === $base || ! preg_match_all( '~' . preg_quote( $front, '~' ) . '(/[^\s"\'<>?#\\\\]+)~u', $html, $found ) ) {
		return array();
	}
	$files = array();
	foreach ( array_unique( $found[1] ) as $link ) {
		$path = realpath( $base . rawurldecode( html_entity_decode( $link ) ) );
		if ( false === $path || 0 !== strpos( $path, $base . DIRECTORY_SEPARATOR ) || ! is_file( $path ) || ! is_sent( $path ) || in_array( $path, $files, true ) ) {
			continue;
		}
		$name = wp_basename( $path );
		for ( $n = 2; isset( $files[ $name ] ); $n++ ) {
			$name = $n . '-' . wp_basename( $path );
		}
		$files[ $name ] = $path;
	}
	return $files;
}

/**
 * Whether files of this type are sent: pictures, sound and film only where the site wants all.
 *
 * @param string $path A file.
 */
function is_sent( string $path ): bool {
	$type = (string) wp_check_filetype( $path )['type'];
	return 'all' === option( 'attachments' ) || ! preg_match( '~^(image|audio|video)/~', $type );
}

/**
 * Files as the hook takes them, up to the limits.
 *
 * @param array<string, string> $files As attached() gives them.
 * @return array{0: array, 1: string[]} The attachments, and the names of those that were too many or too large to send.
 */
function packed( array $files ): array {
	$room   = max( 1, (int) option( 'max_mb' ) ) * MB_IN_BYTES;
	$packed = array();
	$left   = array();
	foreach ( $files as $name => $path ) {
		$size = (int) filesize( $path );
		if ( count( $packed ) >= MOST_FILES || $size > $room ) {
			$left[] = (string) $name;
			continue;
		}
		$room    -= $size;
		$packed[] = array(
			'name'    => (string) $name,
			'content' => base64_encode( (string) file_get_contents( $path ) ), // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		);
	}
	return array( $packed, $left );
}

/**
 * Puts masked files in the place of the uploads, so that their addresses stay and the unmasked ones are gone.
 *
 * @param array                 $masked The hook's `masked.attachments`.
 * @param array<string, string> $files  As attached() gave them.
 * @return string[] The names of files that could not be replaced and must be by hand.
 */
function replace_files( array $masked, array $files ): array {
	require_once ABSPATH . 'wp-admin/includes/file.php'; // wp_tempnam()
	$left = array();
	foreach ( $masked as $file ) {
		$name = (string) ( $file['name'] ?? '' );
		$path = $files[ $name ] ?? '';
		if ( 'masked' !== ( $file['status'] ?? '' ) ) {
			continue; // Clean, or said by the answer's own findings.
		}
		$data = is_string( $file['content'] ?? null ) ? base64_decode( $file['content'], true ) : false; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		if ( '' === $path || false === $data || ! may_replace( $path ) ) {
			$left[] = $name;
			continue;
		}
		$new = wp_tempnam( $name, trailingslashit( dirname( $path ) ) );
		$old = (int) fileperms( $path ) & 0777;
		if ( strlen( $data ) !== file_put_contents( $new, $data ) || ! chmod( $new, $old ) || ! rename( $new, $path ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions
			wp_delete_file( $new );
			$left[] = $name;
		}
	}
	return $left;
}

/**
 * Whether the current user may change this upload.
 *
 * @param string $path A file in the uploads folder.
 */
function may_replace( string $path ): bool {
	$uploads = wp_get_upload_dir();
	$id      = attachment_url_to_postid( $uploads['baseurl'] . substr( $path, strlen( (string) realpath( $uploads['basedir'] ) ) ) );
	return $id ? current_user_can( 'edit_post', $id ) : current_user_can( 'edit_others_posts' );
}
