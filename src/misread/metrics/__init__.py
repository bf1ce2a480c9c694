"""From predictions to numbers: accuracy with intervals, thresholds, rankings, misreadings, fidelity of drawn signs."""
