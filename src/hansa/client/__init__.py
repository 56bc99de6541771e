"""The Python client: `hansa.connect(...)`."""
