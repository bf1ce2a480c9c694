"""Noise: the corruptions, their application to whole sets, and how much they change an image."""
