"""Sharing of work among processes of this machine or the workers of a Dask cluster."""
