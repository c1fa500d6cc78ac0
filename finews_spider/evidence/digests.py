"""The digests of WARC records."""

import base64
import hashlib


def digest_of(data: bytes) -> str:
    """Return the digest as WARC writers and replay tools have it."""
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def agrees(digest: str, data: bytes) -> bool:
    """Return whether the data has the digest: of SHA-1 or SHA-256, in base 16 or 32, as other writers have it too."""
    algorithm, _, text = digest.lower().partition(":")
    if algorithm.replace("-", "") not in ("sha1", "sha256"):
        return False
    found = hashlib.new(algorithm.replace("-", ""), data, usedforsecurity=False)
    return text.rstrip("=") in (found.hexdigest(), base64.b32encode(found.digest()).decode().rstrip("=").lower())
