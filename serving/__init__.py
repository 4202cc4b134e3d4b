"""The HTTP service: what serve.py uses. It never imports training."""

import os

# Unless this is set before onnxruntime is imported, it sends usage data and keeps a file in the home folder.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
