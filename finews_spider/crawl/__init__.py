"""A run: what it is asked for, how lists are read and articles fetched, and what that proves."""
