"""Normal form, character sets, and the exact maps back to the source."""
