"""HTTP: translates requests to calls and results to responses, nothing more."""
