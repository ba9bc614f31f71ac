"""Numbers, and the figures drawn from them; nothing here knows Streamlit."""
