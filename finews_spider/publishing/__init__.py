"""One commit a run of what finews wrote, and a push that survives races."""
