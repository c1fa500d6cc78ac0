"""finews reads Chinese finance news and keeps each article for good, as a post of a Jekyll site."""

__version__ = "0.3.0.dev0"
