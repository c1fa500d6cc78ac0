"""The way of an article after it was read: clean, sanitize, validate, post. One file, one class, one job."""
