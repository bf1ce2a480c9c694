"""Classifiers: architectures, augmentation, training and prediction with Keras."""
