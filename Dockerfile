# `make serve` in a container: replicas of the app behind HAProxy, as a user without rights, on a
# root file system that may be read only. compose.yaml runs it so.

FROM debian:bookworm-slim AS packages
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt ./
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --quiet --no-cache-dir --upgrade pip \
    && .venv/bin/python -m pip install --quiet --no-cache-dir -r requirements.txt

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends haproxy python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin cnnviz \
    && install --directory --owner cnnviz /var/cache/cnnviz
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY . .
RUN .venv/bin/python -m compileall -q app.py serve.py cnnviz pages serving

# What is written goes to /tmp and, if it is to be kept, to /var/cache/cnnviz.
ENV HOME=/tmp \
    NUMBA_CACHE_DIR=/var/cache/cnnviz/numba \
    CNNVIZ_CACHE=/var/cache/cnnviz
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s \
    CMD [".venv/bin/python", "-m", "serving.health"]
CMD [".venv/bin/python", "-m", "serving.replicas"]
