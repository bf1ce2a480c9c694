"""Data preparation: from the GTSRB archives to image sets of fixed size on disk."""
