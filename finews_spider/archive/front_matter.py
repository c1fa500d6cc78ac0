"""Front matter as finews and people write it, one line a key. This is not all of YAML; other lines stay unchanged."""

import json
import re

_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<lines>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)")
# What YAML 1.1 readers, Ruby's among them, take for something else than a string.
_TYPED = re.compile(
    r"(?i)true|false|yes|no|on|off|null|y|n|~|=|<<"
    r"|[-+]?(?:[0-9][0-9_,]*)?\.?[0-9_,]*(?:e[-+]?[0-9_]+)?|[-+]?\.(?:inf|nan)|[-+]?0[xob][0-9a-f_,]*"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
)
_INDICATORS = re.compile(
    r"[-?:](?![^\s,\[\]{}])|[,\[\]{}#&*!|>'\"%@`:]|---|\.\.\."
)  # what a plain scalar may not begin with
# What may not stand in a double-quoted YAML scalar as it is, besides what JSON escapes.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_LINE = re.compile(r"^(?P<key>[\w-]+):(?:[ \t]+(?P<scalar>[^\r\n]*?))?[ \t]*\r?$", re.MULTILINE)


def quoted(text: str) -> str:
    """Return the text as a double-quoted YAML scalar, which is a JSON string with some more escapes."""
    return _UNPRINTABLE.sub(lambda char: f"\\u{ord(char[0]):04x}", json.dumps(text, ensure_ascii=False))


def scalar(text: str) -> str:
    """Return the text as a YAML scalar: as it is where every YAML reader takes it for a string, otherwise quoted."""
    return text if _is_plain(text) else quoted(text)


def _is_plain(text: str) -> bool:
    printable = text.isprintable() and text == text.strip() and not _UNPRINTABLE.search(text)
    plain = printable and not _INDICATORS.match(text) and not re.search(r":(?: |$)| #", text)
    return bool(plain and text and not _TYPED.fullmatch(text))


def fields(text: str) -> dict[str, str]:
    """Return {key: scalar as written} of a text's front matter; of a repeated key, the last."""
    block = _BLOCK.match(text)
    return {line["key"]: line["scalar"] or "" for line in _LINE.finditer(block["lines"])} if block else {}


def value(written: str) -> str:
    """Return the text of a scalar, or of a one-line list of one scalar. Raise ValueError for anything else."""
    if written.startswith("[") and written.endswith("]"):
        written = written[1:-1].strip()
        if "," in written and written[:1] not in ('"', "'"):
            raise ValueError("a list of several")
    if written.startswith('"'):
        return str(json.loads(written)).encode().decode()  # a lone surrogate is no text
    if written.startswith("'"):
        if not re.fullmatch(r"'(?:[^']|'')*'", written):
            raise ValueError("not one quoted scalar")
        return written[1:-1].replace("''", "'")
    if written[:1] in (*"|>&*!%@`{[",):
        raise ValueError("not a scalar of one line")
    return written


def with_field(text: str, key: str, written: str) -> str | None:
    """Return the text with the key's scalar replaced, and nothing else; None where the key is not one line."""
    block = _BLOCK.match(text)
    lines = [line for line in _LINE.finditer(block["lines"]) if line["key"] == key] if block else []
    if not block or len(lines) != 1:
        return None
    start, end = (block.start("lines") + offset for offset in lines[0].span())
    old = text[start:end].removesuffix("\r")
    continues = re.match(r"\r?\n[ \t]", text[start + len(old) :])  # the next line is indented: it belongs to this one
    if continues or (lines[0]["scalar"] or "")[:1] in ("|", ">"):
        return None
    return f"{text[:start]}{key}: {written}{text[start + len(old) :]}"
