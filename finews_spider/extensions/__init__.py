"""Watch a run from outside: its report, its publishing, its progress."""
