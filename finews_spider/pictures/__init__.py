"""Pictures of articles, kept as they came: which are wanted, what is accepted, where they lie, how long they stay."""
