"""From a CSV of hourly load to a validated model file; only train.py comes in here."""
