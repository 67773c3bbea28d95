"""What changed: Atom feeds, the history of editions, a change feed for other systems."""
