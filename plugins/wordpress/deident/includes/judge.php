<?php
/**
 * Content → answer: may it be published?
 *
 * An answer holds no value, only what the editor is told:
 *   passes bool · verdict one of VERDICTS, or '' where the hook gave none · message one sentence · reasons string[] · findings rows of
 *   place, kind, action, preview (masked), reason, basis · more int (findings that are not listed) · counts · maskable bool ·
 *   review address of the filed review, or '' · unchecked bool (published without a check) · time (UTC)
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const LISTED     = 50;
const ANSWER     = '_deident_answer';     // Post meta: why the post is not online.
const UNCHECKED  = '_deident_unchecked';  // Post meta: it went online while the hook was down.
const OVERRIDDEN = '_deident_overridden'; // Post meta: fingerprints of contents that somebody took on himself.

/**
 * The answer about a content.  Asked once a request for the same content.
 *
 * @param array $content As content() gives it.
 * @param int   $id      Of the post; 0 for a new one.
 */
function judge( array $content, int $id ): array {
	static $given = array();
	$print        = fingerprint( $content );
	if ( $id && in_array( $print, (array) get_post_meta( $id, OVERRIDDEN ), true ) ) {
		return array( 'passes' => true ) + blank();
	}
	if ( ! isset( $given[ $print ] ) ) {
		list( $body, $left ) = submission( $content, $id );
		$body['review']      = (bool) option( 'review' );
		$given[ $print ]     = answer( ask( 'check', $body ), $content, $left );
	}
	return $given[ $print ];
}

/**
 * An answer that says nothing yet.
 */
function blank(): array {
	return array(
		'passes'    => false,
		'verdict'   => '',
		'message'   => '',
		'reasons'   => array(),
		'findings'  => array(),
		'more'      => 0,
		'counts'    => array(),
		'maskable'  => false,
		'review'    => '',
		'unchecked' => false,
		'time'      => gmdate( 'Y-m-d H:i:s' ),
	);
}

/**
 * What the hook said, for people.
 *
 * @param array    $got     What ask() gave.
 * @param array    $content What was asked about.
 * @param string[] $left    Names of linked files that were not sent.
 */
function answer( array $got, array $content, array $left ): array {
	$answer = blank();
	if ( isset( $got['failure'] ) ) {
		$answer['message']   = $got['failure'];
		$answer['unchecked'] = $got['open'] && ! option( 'closed' );
		$answer['passes']    = $answer['unchecked'];
		return $answer;
	}
	$answer['verdict'] = $got['verdict'];
	$answer['message'] = (string) ( $got['message'] ?? '' );
	$answer['reasons'] = array_map( 'strval', (array) ( $got['reasons'] ?? array() ) );
	$answer['counts']  = array_map( 'intval', (array) ( $got['counts'] ?? array() ) );
	$answer['passes']  = 'publishable' === $got['verdict'] && ! $left;
	foreach ( $left as $name ) {
		/* translators: %s: name of a file. */
		$answer['reasons'][] = sprintf( __( 'The linked file %s is too large (or there are too many) and was not checked.', 'deident' ), $name );
	}
	if ( $left && 'publishable' === $got['verdict'] ) {
		$answer['verdict'] = 'incomplete';
		$answer['message'] = __( 'Not everything could be checked.', 'deident' );
	}
	$answer['maskable'] = ( $answer['counts']['mask'] ?? 0 ) > 0;
	$answer['review']   = desk_address( (string) ( $got['review_url'] ?? '' ) );
	foreach ( (array) ( $got['documents'] ?? array() ) as $document ) {
		foreach ( (array) ( $document['findings'] ?? array() ) as $finding ) {
			if ( 'keep' === ( $finding['action'] ?? '' ) ) {
				continue;
			}
			if ( count( $answer['findings'] ) >= LISTED ) {
				++$answer['more'];
				continue;
			}
			$answer['findings'][] = row( $finding, (string) ( $document['file'] ?? '' ), $content );
		}
	}
	return $answer;
}

/**
 * A finding for people.
 *
 * @param array  $finding As in the hook's answer.
 * @param string $file    '@page' or the name of a linked file.
 * @param array  $content What was asked about.
 */
function row( array $finding, string $file, array $content ): array {
	$place = $file;
	if ( '@page' === $file ) {
		$behind = (int) ( $finding['start'] ?? 0 ) - mb_strlen( $content['content'], 'UTF-8' );
		if ( 'title' === ( $finding['field'] ?? '' ) ) {
			$place = __( 'Title', 'deident' );
		} elseif ( $behind < 0 ) {
			$place = __( 'Content', 'deident' );
		} elseif ( '' !== $content['excerpt'] && $behind < mb_strlen( EXCERPT . $content['excerpt'], 'UTF-8' ) ) {
			$place = __( 'Excerpt', 'deident' );
		} else {
			$place = __( 'Address (slug)', 'deident' );
		}
	}
	return array(
		'place'   => $place,
		'kind'    => (string) ( $finding['kind_name'] ?? $finding['kind'] ?? '' ),
		'action'  => (string) ( $finding['action'] ?? '' ),
		'preview' => (string) ( $finding['preview'] ?? '' ),
		'reason'  => (string) ( $finding['reason'] ?? '' ),
		'basis'   => array_map( 'strval', (array) ( $finding['basis_names'] ?? $finding['basis'] ?? array() ) ),
	);
}

/**
 * The address of a filed review for people.
 *
 * @param string $path As the hook gave it.
 */
function desk_address( string $path ): string {
	if ( 0 !== strpos( $path, '/' ) ) {
		return '';
	}
	$desk = (string) option( 'desk' );
	return rtrim( '' === $desk ? (string) option( 'url' ) : $desk, '/' ) . $path;
}

/**
 * What stands above an answer.
 *
 * @param array $answer As above.
 */
function headline( array $answer ): string {
	return '' === $answer['verdict'] ? __( 'Not published: it could not be checked', 'deident' ) : __( 'Not published: personal data check', 'deident' );
}

/**
 * The answer in plain words, for answers that cannot carry a table.
 *
 * @param array  $answer As above.
 * @param string $kept   What became of the content.
 */
function words( array $answer, string $kept ): string {
	$lines = array_merge( array( $answer['message'] ), $answer['reasons'] );
	foreach ( array_slice( $answer['findings'], 0, 10 ) as $row ) {
		$basis = implode( '; ', preg_replace( '/: .*/s', '', $row['basis'] ) ); // Without what the article says.
		/* translators: 1: where it stands, 2: kind, 3: masked preview, 4: reason, 5: legal bases. */
		$lines[] = sprintf( __( '%1$s: %2$s %3$s – %4$s (%5$s);', 'deident' ), $row['place'], $row['kind'], $row['preview'], $row['reason'], $basis );
	}
	$more = $answer['more'] + max( 0, count( $answer['findings'] ) - 10 );
	if ( $more ) {
		/* translators: %d: number of places. */
		$lines[] = sprintf( __( 'and %d more.', 'deident' ), $more );
	}
	$lines[] = $kept;
	return str_replace( array( '<', '>' ), '', implode( ' ', array_filter( $lines ) ) ); // The block editor drops messages with tags.
}
