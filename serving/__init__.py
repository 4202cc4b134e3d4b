"""From an HTTP request to a forecast; serve.py's room, which training never imports."""
