"""Trained classifiers of any origin, opened as a `misread.own.models.model.Model`: a module for each kind of file."""
