"""The digests of WARC records."""

import base64
import hashlib


def digest_of(data: bytes) -> str:
    """Return the digest as WARC writers and replay tools have it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
