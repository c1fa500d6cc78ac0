"""Evidence: what was fetched is kept as WARC, and posts can be made from it again. Nothing of it is loaded unasked."""
