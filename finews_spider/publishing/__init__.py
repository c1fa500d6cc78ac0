"""Publishing: one git commit a run with the files that finews wrote, and a push that copes with concurrent pushes."""
