"""Custom Streamlit components: JavaScript beside its few lines of Python. Used only through `core.session`."""
