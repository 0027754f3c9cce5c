"""Everything that makes the tagger's model: written passages, their variation, the network, the report."""
