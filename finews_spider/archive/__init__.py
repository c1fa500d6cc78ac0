"""All the posts under one output folder: the truth about what is kept."""
