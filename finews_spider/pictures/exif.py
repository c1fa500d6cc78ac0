"""How a camera was held: of a picture's EXIF, whether browsers show it with its sides exchanged. Pure."""

import struct

MAX_TAGS = 1000
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION, _SHORT = 0x0112, 3
_TURNED = range(5, 9)  # by a quarter


def is_turned(tiff: bytes) -> bool:
    """Return whether width and height change places; where that cannot be read, they do not, as in browsers."""
    order = _ORDERS.get(tiff[:4])
    if order is None:
        return False
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (tags,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(min(tags, MAX_TAGS)):
            tag, kind, count, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == _ORIENTATION:
                return bool(kind == _SHORT and count == 1 and value in _TURNED)
    except struct.error:  # it is cut short
        pass
    return False
