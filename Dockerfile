# One image for all five programs; what a container runs is its command: pinger, processor, alerter, gateway or apus.
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install --yes --no-install-recommends \
        librdkafka-dev libpq-dev libhiredis-dev libcurl4-openssl-dev libc-ares-dev \
        libmicrohttpd-dev libjansson-dev libsodium-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
# The manifest declares the test targets, so their folders must exist; the tests themselves stay outside.
COPY Tests Tests
RUN swift build --configuration release --static-swift-stdlib \
    && mkdir /programs \
    && cp .build/release/apus .build/release/pinger .build/release/processor \
        .build/release/alerter .build/release/gateway /programs/ \
    && strip /programs/*

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends \
        ca-certificates librdkafka1 libpq5 libhiredis0.14 libcurl4 libc-ares2 \
        libmicrohttpd12 libjansson4 libsodium23 libjs-bootstrap5 libjs-chart.js \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /programs/ /usr/local/bin/
# Where the gateway looks beside its program.
COPY Web /usr/local/share/apus/web
# A number, so that Kubernetes can see without a passwd file that it is not root.
USER 65532:65532
EXPOSE 8080 9090
CMD ["apus", "--help"]
