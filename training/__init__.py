"""From a CSV of hourly load to a validated model file: what train.py uses; serving never imports it."""
