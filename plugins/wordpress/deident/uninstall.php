<?php
/**
 * Uninstalling takes the option, the capability and the plug-in's notes away.  The record of overrides stays: it is evidence.
 *
 * @package deident
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

delete_option( 'deident' );
delete_metadata( 'user', 0, '_deident_answer', '', true );
foreach ( array( '_deident_answer', '_deident_unchecked', '_deident_overridden' ) as $deident_key ) {
	delete_post_meta_by_key( $deident_key );
}
foreach ( wp_roles()->role_objects as $deident_role ) {
	$deident_role->remove_cap( 'deident_override' );
}
