"""From a CSV of hourly load to a validated model file; train.py's room, which serving never imports."""
