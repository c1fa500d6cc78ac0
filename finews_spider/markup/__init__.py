"""A body read as a browser reads it, edited, reduced to the allowlist, laid out. Pure: text in, text out."""
