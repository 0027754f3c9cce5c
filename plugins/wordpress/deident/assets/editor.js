/**
 * The block editor: when a save is answered with `deident_stopped`, a dialog shows why and what can be done.  "Mask and publish" takes the
 * masked texts into the editor and publishes; "publish with a reason" records the reason first.  Whether it may go online is decided by
 * the server each time.
 */
( function ( wp, deident ) {
	'use strict';
	var el = wp.element.createElement;
	var words = deident.words;
	var listeners = [];

	function tell( answer ) {
		listeners.forEach( function ( listener ) {
			listener( answer );
		} );
	}

	function notice( kind, text, answer ) {
		wp.data.dispatch( 'core/notices' ).createNotice( kind, text, {
			id: 'deident',
			isDismissible: true,
			actions: answer
				? [
						{
							label: words.details,
							onClick: function () {
								tell( answer );
							},
						},
				  ]
				: [],
		} );
	}

	// Every request of the editor passes here.
	wp.apiFetch.use( function ( options, next ) {
		return next( options ).catch( function ( error ) {
			if ( error && 'deident_stopped' === error.code && error.data && error.data.deident ) {
				notice( 'error', error.data.deident.headline, error.data.deident );
				tell( error.data.deident );
			}
			throw error;
		} );
	} );

	function ask( verb, more ) {
		var editor = wp.data.select( 'core/editor' );
		return wp.apiFetch( {
			path: '/deident/v1/posts/' + editor.getCurrentPostId() + '/' + verb,
			method: 'POST',
			data: Object.assign(
				{
					title: editor.getEditedPostAttribute( 'title' ) || '',
					content: editor.getEditedPostContent(),
					excerpt: editor.getEditedPostAttribute( 'excerpt' ) || '',
				},
				more
			),
		} );
	}

	// Online or scheduled: a date to come stays one.
	function publish() {
		var editor = wp.data.select( 'core/editor' );
		var status = editor.getCurrentPostAttribute( 'status' );
		wp.data.dispatch( 'core/notices' ).removeNotice( 'deident' );
		if ( -1 === [ 'publish', 'future' ].indexOf( status ) ) {
			wp.data.dispatch( 'core/editor' ).editPost( { status: editor.isEditedPostBeingScheduled() ? 'future' : 'publish' } );
		}
		return wp.data.dispatch( 'core/editor' ).savePost();
	}

	function mask() {
		return ask( 'mask' ).then( function ( masked ) {
			var fields = { title: masked.title, excerpt: masked.excerpt };
			if ( masked.reset ) {
				fields.slug = '';
			}
			wp.data.dispatch( 'core/editor' ).editPost( fields );
			wp.data.dispatch( 'core/block-editor' ).resetBlocks( wp.blocks.parse( masked.content ) );
			if ( masked.left.length ) {
				wp.data.dispatch( 'core/notices' ).createErrorNotice( words.left.replace( '%s', masked.left.join( ', ' ) ) );
			}
			wp.data.dispatch( 'core/notices' ).createNotice( 'info', words.masked.replace( '%d', masked.count ), { type: 'snackbar' } );
			return publish();
		} );
	}

	function override( reason ) {
		return ask( 'override', { reason: reason } ).then( publish );
	}

	function findings( answer ) {
		if ( ! answer.findings.length ) {
			return null;
		}
		var columns = Object.keys( words.heads );
		return el(
			'table',
			{ className: 'deident-findings' },
			el(
				'thead',
				null,
				el(
					'tr',
					null,
					columns.map( function ( column ) {
						return el( 'th', { key: column, scope: 'col' }, words.heads[ column ] );
					} )
				)
			),
			el(
				'tbody',
				null,
				answer.findings.map( function ( row, n ) {
					return el(
						'tr',
						{ key: n },
						columns.map( function ( column ) {
							var cell = 'action' === column ? words.actions[ row.action ] || row.action : [].concat( row[ column ] ).join( '; ' );
							return el( 'td', { key: column, 'data-head': words.heads[ column ] }, cell );
						} )
					);
				} )
			)
		);
	}

	function Dialog() {
		var shown = wp.element.useState( null );
		var reason = wp.element.useState( '' );
		var busy = wp.element.useState( false );
		var failed = wp.element.useState( '' );
		var answer = shown[ 0 ];

		wp.element.useEffect( function () {
			function listener( next ) {
				failed[ 1 ]( '' );
				reason[ 1 ]( '' );
				shown[ 1 ]( next );
			}
			listeners.push( listener );
			if ( deident.answer ) {
				notice( 'warning', words.earlier, deident.answer );
			}
			return function () {
				listeners.splice( listeners.indexOf( listener ), 1 );
			};
		}, [] );

		// A button that is disabled while it has the focus would lose it, and the dialog would close.
		function run( action ) {
			if ( busy[ 0 ] ) {
				return;
			}
			busy[ 1 ]( true );
			failed[ 1 ]( '' );
			action()
				.then( function () {
					if ( ! wp.data.select( 'core/editor' ).didPostSaveRequestFail() ) {
						shown[ 1 ]( null );
					}
				} )
				.catch( function ( error ) {
					failed[ 1 ]( error.message || String( error ) );
				} )
				.then( function () {
					busy[ 1 ]( false );
				} );
		}

		if ( ! answer ) {
			return null;
		}
		var C = wp.components;
		return el(
			C.Modal,
			{
				title: answer.headline,
				className: 'deident-dialog',
				onRequestClose: function () {
					shown[ 1 ]( null );
				},
			},
			el( 'p', null, answer.message ),
			answer.reasons.length
				? el(
						'ul',
						{ className: 'ul-disc' },
						answer.reasons.map( function ( text, n ) {
							return el( 'li', { key: n }, text );
						} )
				  )
				: null,
			findings( answer ),
			answer.more ? el( 'p', null, words.more.replace( '%d', answer.more ) ) : null,
			answer.kept ? el( 'p', null, answer.kept ) : null,
			failed[ 0 ] ? el( C.Notice, { status: 'error', isDismissible: false }, failed[ 0 ] ) : null,
			el(
				'div',
				{ className: 'deident-actions' },
				answer.maskable
					? el( C.Button, { variant: 'primary', className: 'deident-mask', isBusy: busy[ 0 ], onClick: run.bind( null, mask ) }, words.mask )
					: null,
				answer.review ? el( C.Button, { variant: 'secondary', href: answer.review, target: '_blank' }, words.review ) : null,
				el(
					C.Button,
					{
						variant: 'tertiary',
						onClick: function () {
							shown[ 1 ]( null );
						},
					},
					words.close
				)
			),
			deident.override
				? el(
						'div',
						{ className: 'deident-reason' },
						el( C.TextareaControl, { label: words.reason, value: reason[ 0 ], rows: 2, onChange: reason[ 1 ] } ),
						el(
							C.Button,
							{
								variant: 'secondary',
								className: 'deident-override',
								isBusy: busy[ 0 ],
								disabled: reason[ 0 ].trim().length < 4,
								onClick: run.bind( null, override.bind( null, reason[ 0 ] ) ),
							},
							words.override
						)
				  )
				: null
		);
	}

	wp.plugins.registerPlugin( 'deident', { render: Dialog } );
} )( window.wp, window.deident );
