"""More than one machine: units, each a run, are handed out by procrastinate on PostgreSQL. Nothing else knows of it."""
