"""Speed and quality of deident, measured against itself: ratios within one run, floors that may only rise."""
