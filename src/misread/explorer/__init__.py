"""The interactive page on networks and noise; only `app` depends on Streamlit."""
