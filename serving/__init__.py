"""From an HTTP request to a forecast; only serve.py comes in here."""
