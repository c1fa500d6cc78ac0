"""Whether what was read from JSON has the shape that it should have."""


def fits(value: object, shape: object) -> bool:
    """A shape is a type; a tuple of shapes, one of which has to fit; a list of one, for each element; a dict.

    A dict has these keys at least, or, where its one key is `str`, any.
    """
    if isinstance(shape, tuple):
        return any(fits(value, each) for each in shape)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(each, shape[0]) for each in value)
    if not isinstance(shape, dict):
        return type(value) is shape
    if not isinstance(value, dict):
        return False
    if str in shape:
        return all(fits(each, shape[str]) for each in value.values())
    return all(name in value and fits(value[name], each) for name, each in shape.items())
