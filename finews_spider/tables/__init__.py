"""The archive as tables, for export, search and counts: rows of posts, and what is made of them."""
