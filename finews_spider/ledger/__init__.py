"""An embedded SQLite file beside the posts: what is archived, and what is still owed. One module a table."""
