"""From predictions to numbers: accuracy with intervals, corruption error, and the study's tables."""
