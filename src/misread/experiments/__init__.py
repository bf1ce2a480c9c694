"""The demo, comparisons of variants, and the copies of the project in which they run."""
