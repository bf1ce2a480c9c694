"""An interactive look at networks and noise: what the page shows; `app` alone knows Streamlit."""
