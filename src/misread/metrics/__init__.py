"""Metrics: accuracy with intervals, thresholds, rankings, misreadings, calibration, fidelity of generated signs."""
