"""How Hypothesis looks for examples here: the same ones each time, nothing kept on disk, no limits of time."""

from hypothesis import settings

settings.register_profile("finews", deadline=None, derandomize=True, database=None)
settings.load_profile("finews")
