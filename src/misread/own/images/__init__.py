"""Labelled test images of any origin, opened as a `Collection`: a module for each kind of folder or file."""
