"""What the operator can put right."""


class MistakeError(ValueError):
    """A wrong argument, setting or sources file; the message names it and says what is accepted. Exit code 2."""


class HeldError(Exception):
    """Another run holds the archive; the message says who. Exit code 6."""


class PublishError(Exception):
    """Archived, but not published; the message says what to do. The posts are safe. Exit code 5."""
