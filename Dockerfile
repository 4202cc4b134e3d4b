# Pinned by version and not by digest, so that a new build has the system's security fixes.
FROM python:3.13-slim

WORKDIR /srv/forecast
COPY requirements-serve.txt constraints.txt ./
RUN pip install --no-cache-dir --requirement requirements-serve.txt
COPY serve.py model.onnx ./
COPY forecast_core forecast_core
COPY serving serving
COPY schemas schemas
COPY web web

# The server writes nothing, so the file system may be read-only. The files belong to root, not to the server's user.
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health', timeout=4)"]
# uvicorn gets the signal: it finishes the requests in flight within three seconds, and ends.
STOPSIGNAL SIGTERM
CMD ["uvicorn", "serve:app", "--no-access-log", "--timeout-graceful-shutdown", "3", "--host", "0.0.0.0"]
