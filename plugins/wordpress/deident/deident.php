<?php
/**
 * Plugin Name:       deident – personal data check before publishing
 * Plugin URI:        https://github.com/deident/deident
 * Description:       Asks the deident publish hook before anything goes online, stops what holds personal data, and offers "mask and publish". 发布前检查个人信息，不宜公开的内容不予发布，可“脱敏后发布”。
 * Version:           0.1.0
 * Requires at least: 6.0
 * Requires PHP:      7.4
 * Author:            deident contributors
 * License:           GPL-2.0-or-later OR Apache-2.0
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       deident
 * Domain Path:       /languages
 *
 * One file, one thing:
 *   options    what the site has set           content   what of a post is checked
 *   hook       the request to deident          attached  the uploads that it links
 *   judge      content → answer                guard     every way of publishing leads through here
 *   rest       the block editor                actions   "mask and publish", "publish with a reason"
 *   notes      what is remembered of a post    overrides who published in spite of the check, and why
 *   notice     how the editor is told          settings  the page of the administrator
 *
 * @package deident
 */

namespace Deident;

defined( 'ABSPATH' ) || exit;

const VERSION  = '0.1.0';
const OVERRIDE = 'deident_override'; // The capability to publish in spite of the check.

foreach ( array( 'languages', 'options', 'hook', 'attached', 'content', 'judge', 'overrides', 'notes', 'guard', 'actions', 'rest', 'notice', 'settings' ) as $deident_part ) {
	require_once __DIR__ . "/includes/$deident_part.php";
}
unset( $deident_part );

/**
 * On activation: the table of overrides, and the capability for administrators.  Other roles get it from a role editor.
 */
function activate(): void {
	create_overrides();
	$role = get_role( 'administrator' );
	if ( $role ) {
		$role->add_cap( OVERRIDE );
	}
}

register_activation_hook( __FILE__, __NAMESPACE__ . '\activate' );
