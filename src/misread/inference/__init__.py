"""Predictions of trained classifiers, for stored sets and for images with noise added in memory.

A classifier is a function from images to logits here, see `misread.inference.predictions`, so only `keras_models` and
`study_classifiers` need Keras.
"""
