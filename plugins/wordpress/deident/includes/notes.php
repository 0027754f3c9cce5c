<?php
/**
 * What is remembered of a post that was published or stopped, and where its content is kept.
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

/**
 * Remembers that a post went online.
 *
 * @param int   $id     Of the post.
 * @param array $answer The answer.
 */
function note_published( int $id, array $answer ): void {
	delete_post_meta( $id, ANSWER );
	if ( $answer['unchecked'] ) {
		update_post_meta( $id, UNCHECKED, array( $answer['time'], $answer['message'] ) );
	} else {
		delete_post_meta( $id, UNCHECKED );
	}
}

/**
 * Remembers why a post did not go online, for the people who may edit it.
 *
 * @param int        $id     Of the post, which is written already.
 * @param array      $answer The answer.
 * @param array|null $plain  Unslashed fields that were refused, where the post may be online with others.
 * @return string What became of the content, in words.
 */
function note_stopped( int $id, array $answer, ?array $plain = null ): string {
	request()->stopped[] = $id;
	update_post_meta( $id, ANSWER, wp_slash( $answer ) );
	$post = get_post( $id );
	$user = get_current_user_id() ? get_current_user_id() : (int) $post->post_author;
	$list = array_filter( (array) get_user_meta( $user, ANSWER, true ) );
	update_user_meta( $user, ANSWER, array_slice( array_unique( array_merge( $list, array( $id ) ) ), -50 ) );
	if ( ! is_live( $post->post_status ) ) {
		/* translators: %d: number of the post. */
		return sprintf( __( 'The content is kept as a draft (number %d).', 'deident' ), $id );
	}
	if ( null !== $plain ) {
		keep_as_autosave( $id, $plain );
	}
	return __( 'The published version stays as it was; your change is kept as an autosave.', 'deident' );
}

/**
 * Keeps a refused change of a post that is online, where WordPress itself offers it to the editor.
 *
 * @param int   $id    Of the post.
 * @param array $plain Unslashed fields.
 */
function keep_as_autosave( int $id, array $plain ): void {
	$user = get_current_user_id();
	$old  = wp_get_post_autosave( $id, $user );
	if ( $old ) {
		wp_delete_post_revision( $old->ID );
	}
	$fields = array_intersect_key( $plain, array_flip( array( 'post_title', 'post_content', 'post_excerpt' ) ) );
	// Without a date it is of now, which makes WordPress offer it.
	_wp_put_post_revision( array_merge( get_post( $id, ARRAY_A ), $fields, array( 'post_modified' => '', 'post_modified_gmt' => '' ) ), true );
}

/**
 * A mail to the author, who is not there when a scheduled post is stopped.  Without the title, which may be what was found.
 *
 * @param \WP_Post $post  The post.
 * @param string   $words The answer.
 */
function tell_author( \WP_Post $post, string $words ): void {
	$author = get_userdata( (int) $post->post_author );
	if ( $author && $author->user_email ) {
		/* translators: %d: number of the post. */
		$subject = sprintf( __( 'The scheduled post number %d was not published', 'deident' ), $post->ID );
		wp_mail( $author->user_email, $subject, $words . "\n\n" . admin_url( "post.php?post=$post->ID&action=edit" ) );
	}
}
