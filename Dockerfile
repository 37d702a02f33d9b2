# One image for all five programs; what a container runs is its command: pinger, processor, alerter, gateway or apus.
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends \
        librdkafka-dev libpq-dev libhiredis-dev libcurl4-openssl-dev libc-ares-dev \
        libmicrohttpd-dev libjansson-dev libsodium-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
# The manifest declares the targets of tests and benchmarks, so their folders must exist; their products stay outside.
COPY Tests Tests
COPY Benchmarks Benchmarks
RUN swift build --configuration release --static-swift-stdlib \
    && mkdir /programs \
    && cp .build/release/apus .build/release/pinger .build/release/processor \
        .build/release/alerter .build/release/gateway /programs/ \
    && strip /programs/*

# The pages /docs and /redoc come inside a Python package that only carries files; the version is scripts/setup's.
FROM python:3.11-slim-bookworm AS pages
RUN pip install --no-cache-dir --no-deps --target /files drf-spectacular-sidecar==2026.10.1

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends \
        ca-certificates librdkafka1 libpq5 libhiredis0.14 libcurl4 libc-ares2 \
        libmicrohttpd12 libjansson4 libsodium23 zlib1g libjs-bootstrap5 libjs-chart.js \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs/ /usr/local/bin/
# Where the gateway looks beside its program.
COPY Web /usr/local/share/apus/web
COPY --from=pages /files/drf_spectacular_sidecar/static/drf_spectacular_sidecar /usr/local/share/apus/api-docs
# A number, so that Kubernetes can see without a passwd file that it is not root.
USER 65532:65532
EXPOSE 8080 9090
CMD ["apus", "--help"]
