"""The demo, comparisons of variants, and the copies of the project that they work in."""
