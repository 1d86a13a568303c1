# A hub in a container. Untried so far: docs/releasing.md
#
#   docker build -t lares .
#   docker run -d --name lares -v lares:/var/lib/lares -p 8883:8883 -p 8443:8443 lares
#   docker exec lares lares setup        # the link by which you make your account

FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential ca-certificates git npm openssl python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/lares/current
COPY . .
RUN scripts/setup --no-packages --production && rm -rf .cache/setup.* .cache/node

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends openssl libstdc++6 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 900 --user-group --home-dir /var/lib/lares --no-create-home --shell /usr/sbin/nologin lares \
    && install -d -o lares -g lares -m 0750 /var/lib/lares && install -d -o root -g lares -m 0750 /etc/lares
COPY --from=build /opt/lares/current /opt/lares/current
RUN ln -s /opt/lares/current/lares /usr/local/bin/lares
USER lares
VOLUME /var/lib/lares
# MQTT over TLS, for devices; the page.
EXPOSE 8883 8443
# Six: it works, and somebody should look at it, which is no reason to end it.
HEALTHCHECK --interval=60s --timeout=20s --start-period=5m CMD lares hub health || [ $? -eq 6 ]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/lares/current/lares"]
CMD ["hub", "--data", "/var/lib/lares", "--tls", "0.0.0.0:8883", "--https", "0.0.0.0:8443"]
