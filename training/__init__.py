"""From a CSV of hourly load to a validated model file: what train.py uses; serving never imports it."""

import os

# onnxruntime reports to its maker, and keeps a file in the home folder, unless this is set before it is loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
