"""From an HTTP request to a forecast: what serve.py uses; training never imports it."""
