"""From a CSV of load to a validated model file: what train.py uses. It never imports serving."""

import os

# Unless this is set before onnxruntime is imported, it sends usage data and keeps a file in the home folder.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
