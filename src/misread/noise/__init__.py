"""Noise: the corruptions, their application to whole sets, and measures of how much they change an image."""
