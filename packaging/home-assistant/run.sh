#!/bin/bash
# Starts the hub of the add-on: options of Home Assistant become a hub.toml, and the hub runs as lares.
set -euo pipefail

install -d -o lares -g lares -m 0750 /data/lares
level="$(sed -n 's/.*"log" *: *"\([a-z]*\)".*/\1/p' /data/options.json)"
printf 'log = "%s"\n\n[listen]\ntls = "0.0.0.0:8883"\nhttps = "0.0.0.0:8443"\n' "${level:-info}" >/data/hub.toml
chown root:lares /data/hub.toml
chmod 0640 /data/hub.toml
exec setpriv --reuid=lares --regid=lares --init-groups /opt/lares/current/lares hub --data /data/lares --config /data/hub.toml
