"""An interactive look at networks and noise: what the page shows; `page` alone knows Streamlit."""
