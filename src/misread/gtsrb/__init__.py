"""GTSRB: the archives and their content, Kaggle's edition, class names, and rendered signs in the same layout."""
