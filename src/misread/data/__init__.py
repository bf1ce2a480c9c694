"""GTSRB on disk: archives in, fixed-size image sets out."""
