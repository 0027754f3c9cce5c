"""One pass over a batch: the rules of all patterns and words as events, by Hyperscan or by its pure-Python twin."""
