"""Measuring a user's own classifier on the user's own images: the command `misread measure` and `misread.measure`."""
