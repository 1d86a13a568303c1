#!/usr/bin/env bash
# Tries a Debian package as people use and misuse it, in a fresh root made of Debian's own packages: installed, run, upgraded,
# interrupted, gone back, installed again, removed, purged. Says each step; ends with an error at the first that is not as it must be.
#
#   scripts/lib/package/try-deb.sh <file.deb> [bookworm|trixie]
#
# Needs root and mmdebstrap. Nothing of this machine changes; the root is a folder that goes when it ends.
set -euo pipefail

deb="$(readlink -f -- "${1:?a .deb is missing}")"
suite="${2:-bookworm}"
work="$(mktemp -d)"
root="$work/root"
running=()

# What a step started must not outlive it: a folder with a running program in it cannot be taken away.
clean_up() {
  local pid
  for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for folder in proc dev; do mountpoint -q "$root/$folder" && umount "$root/$folder"; done
  rm -rf -- "$work"
}
trap clean_up EXIT

step() { printf '== %s\n' "$*"; }

fail() {
  printf 'try-deb: %s\n' "$*" >&2
  exit 1
}

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

as_lares() { inside runuser -u lares -- env LARES_DATA=/var/lib/lares "$@"; }

has() { [[ "$2" == *"$1"* ]] || fail "expected \"$1\" in: $2"; }

# A package as the next version would be: the same program under another name. The second word says what is wrong with it.
next_version() {
  local version="$1" ill="${2:-}" folder="$work/next"
  rm -rf -- "$folder"
  dpkg-deb -R "$deb" "$folder"
  sed -i "s/^Version: .*/Version: $version/" "$folder/DEBIAN/control"
  printf '%s-00000000\n' "$version" >"$folder/usr/lib/lares/release"
  sed -i "s/\"version\": \".*\"/\"version\": \"$version\"/" "$folder/usr/lib/lares/package.json"
  if [[ "$ill" == broken ]]; then printf '#!/bin/sh\necho "does not run here" >&2\nexit 1\n' >"$folder/usr/lib/lares/lares"; fi
  if [[ "$ill" == newer ]]; then
    echo 'SELECT 1;' >"$folder/usr/lib/lares/drizzle/sqlite/9999_of-tomorrow.sql"
    sed -i "s/^knows=' /knows=' 9999_of-tomorrow.sql /" "$folder/DEBIAN/preinst"
  fi
  (cd -- "$folder" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  dpkg-deb --root-owner-group -Zgzip -z1 -b "$folder" "$root/tmp/lares_$version.deb" >/dev/null
}

# Installs what lies in the root; the packages that it depends on are there by now.
install_deb() { inside apt-get install -y --allow-downgrades --no-install-recommends "$@" 2>&1; }

in_use() { inside cat /opt/lares/current/release; }

start_hub() {
  rm -f -- "$work/ready"
  # Each of these becomes the next, so that the process that is known here is the hub itself.
  (exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/nonexistent setpriv --reuid=lares --regid=lares --init-groups \
    /usr/bin/lares hub --data /var/lib/lares --config /etc/lares/hub.toml --tls 127.0.0.1:0 --plain 127.0.0.1:0 --http 127.0.0.1:0 \
    --https 127.0.0.1:0 --print-ready >"$work/ready" 2>"$work/hub.log") &
  running=($!)
  local left=1200
  until [[ -s "$work/ready" ]]; do
    kill -0 "${running[0]}" 2>/dev/null || fail "the hub ended: $(tail -n 5 "$work/hub.log")"
    left=$((left - 1))
    ((left > 0)) || fail 'the hub does not come up'
    sleep 0.1
  done
}

stop_hub() {
  kill -TERM "${running[0]}"
  wait "${running[0]}" || fail "the hub did not stop well: $(tail -n 5 "$work/hub.log")"
  running=()
}

# Ends dpkg, and what it started, as soon as the condition in $2 holds while it installs the file in $1.
kill_dpkg_when() {
  local file="$1" left=3000
  setsid chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg --install "$file" >"$work/dpkg.log" 2>&1 &
  local pid=$!
  until eval "$2"; do
    kill -0 "$pid" 2>/dev/null || fail "dpkg was through before it could be ended: $(tail -n 5 "$work/dpkg.log")"
    left=$((left - 1))
    ((left > 0)) || fail 'dpkg does not come to where it is to be ended'
    sleep 0.01
  done
  kill -KILL -- "-$pid"
  wait "$pid" 2>/dev/null || true
}

step "a fresh $suite"
mmdebstrap --quiet --variant=minbase --include=openssl,libstdc++6,passwd,bash-completion "$suite" "$root"
mount -t proc proc "$root/proc"

version="$(dpkg-deb -f "$deb" Version)"
cp -- "$deb" "$root/tmp/lares.deb"
next_version 7.0.1
next_version 7.0.2 broken
next_version 7.0.3 newer
next_version 7.0.4 newer
(cd -- "$root" && find . -xdev -not -path './tmp/*' -not -path './proc/*' -not -path './var/cache/apt/*' -not -path './var/lib/dpkg/*' | sort) >"$work/before"

step 'installed, with nothing started and nobody asked'
said="$(install_deb /tmp/lares.deb)"
has 'systemctl enable --now lares-hub' "$said"
[[ "$(inside lares --version)" == "$version" ]] || fail 'lares --version is another one'
has 'devices' "$(inside lares --help)"
has 'lares' "$(inside getent passwd lares)"
[[ "$(inside stat -c '%U:%G %a' /var/lib/lares /etc/lares /etc/lares/hub.toml | tr '\n' ' ')" == 'lares:lares 750 root:lares 750 root:lares 640 ' ]] ||
  fail "rights: $(inside stat -c '%n %U:%G %a' /var/lib/lares /etc/lares /etc/lares/hub.toml)"
[[ -z "$(inside find /opt /usr /etc /var -xdev \( -nouser -o -nogroup \))" ]] || fail 'there are files of nobody'
[[ ! -e "$root/etc/systemd/system/multi-user.target.wants/lares-hub.service" ]] || fail 'the hub would start by itself'
has '_lares' "$(inside bash -c 'source /usr/share/bash-completion/completions/lares && complete -p lares')"

step 'a hub as the account lares, an agent that joins it and is heard'
start_hub
token="$(as_lares lares devices invite Kitchen --data /var/lib/lares --json | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p')"
[[ -n "$token" ]] || fail 'there is no token'
as_lares mkdir -p /var/lib/lares/edge
as_lares lares edge join "$token" --data /var/lib/lares/edge >/dev/null
(exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin setpriv --reuid=lares --regid=lares --init-groups \
  /usr/bin/lares edge run --data /var/lib/lares/edge --config /etc/lares/edge.toml >"$work/edge.log" 2>&1) &
running+=($!)
left=600
until [[ "$(as_lares lares readings latest --json 2>/dev/null)" == *'"value"'* ]]; do
  left=$((left - 1))
  ((left > 0)) || fail "nothing was measured: $(tail -n 5 "$work/edge.log")"
  sleep 0.5
done
kill -TERM "${running[1]}"
wait "${running[1]}" || true
has '"version"' "$(as_lares lares hub status --json)"
as_lares lares users create ann@example.org --role admin <<<'correct horse battery' >/dev/null
stop_hub

step 'upgraded: configuration and data stay, a backup is made, a hub runs again'
echo '# mine' >>"$root/etc/lares/hub.toml"
has 'Upgraded' "$(install_deb /tmp/lares_7.0.1.deb)"
[[ "$(in_use)" == 7.0.1-00000000 ]] || fail "in use is $(in_use)"
has '# mine' "$(cat "$root/etc/lares/hub.toml")"
compgen -G "$root/var/lib/lares/upgrades/before-7.0.1-*.sqlite" >/dev/null || fail 'there is no backup'
start_hub
has 'Kitchen' "$(as_lares lares devices list)"
stop_hub

step 'a version that does not work is taken back, and says so'
! said="$(install_deb /tmp/lares_7.0.2.deb)" || fail 'a broken version was taken'
has 'Going back to 7.0.1-00000000' "$said"
has 'dpkg --configure -a' "$said"
[[ "$(inside lares --version)" == 7.0.1 ]] || fail 'the version before does not run'

step 'dpkg is ended while it unpacks: what was in use is in use, and can be run'
kill_dpkg_when /tmp/lares_7.0.3.deb '[[ -n "$(find "$root/usr/lib/lares" -name "*.dpkg-new" -print -quit)" ]]'
[[ "$(inside lares --version)" == 7.0.1 ]] || fail 'what was in use does not run'
inside dpkg --configure -a >/dev/null 2>&1 || true

step 'and while it installs: dpkg --configure -a brings it to its end'
kill_dpkg_when /tmp/lares_7.0.3.deb '[[ -d "$root/opt/lares/.incoming" || -f "$root/opt/lares/upgrade.unfinished" ]]'
[[ "$(inside lares --version)" == 7.0.* ]] || fail 'nothing runs'
inside dpkg --configure -a >"$work/configure.log" 2>&1 || fail "$(tail -n 5 "$work/configure.log")"
[[ "$(in_use)" == 7.0.3-00000000 ]] || fail "in use is $(in_use)"

step 'a version that does not know the database is refused before anything changes'
! said="$(install_deb /tmp/lares_7.0.1.deb)" || fail 'an older version was taken'
has '9999_of-tomorrow.sql' "$said"
[[ "$(in_use)" == 7.0.3-00000000 && "$(inside dpkg-query -W -f '${Version} ${Status}' lares)" == '7.0.3 install ok installed' ]] || fail 'something changed'

step 'installed again over itself'
inside sh -c 'rm /opt/lares/current/hub/hub.ts'
install_deb --reinstall /tmp/lares_7.0.3.deb >/dev/null
start_hub
stop_hub
[[ -z "$(inside dpkg --verify lares)" ]] || fail "$(inside dpkg --verify lares)"

step 'removed: the data stays, and comes back to life with the next installation'
inside apt-get remove -y lares >/dev/null 2>&1
[[ ! -e "$root/opt/lares" && ! -e "$root/usr/lib/lares" && -f "$root/var/lib/lares/hub.db" && -f "$root/etc/lares/hub.toml" ]] || fail 'not what removing leaves'
install_deb /tmp/lares_7.0.4.deb >/dev/null
start_hub
has 'Kitchen' "$(as_lares lares devices list)"
stop_hub

step 'purged: only the data of the house is left'
has 'stays in /var/lib/lares' "$(inside apt-get purge -y lares 2>&1)"
(cd -- "$root" && find . -xdev -not -path './tmp/*' -not -path './proc/*' -not -path './var/cache/apt/*' -not -path './var/lib/dpkg/*' | sort) >"$work/after"
left="$(comm -13 "$work/before" "$work/after" | grep -v -e '^./var/lib/lares' -e '^./var/log/' -e '^./var/cache/' -e '^./var/lib/apt/' -e '^./etc/.*-$' -e '^./opt$' || true)"
[[ -z "$left" ]] || fail "left behind: $left"

step 'and nothing at all where there was no data'
inside sh -c 'rm -r /var/lib/lares && userdel lares'
install_deb /tmp/lares.deb >/dev/null
inside apt-get purge -y lares >/dev/null 2>&1
[[ ! -e "$root/var/lib/lares" && ! -e "$root/etc/lares" ]] && ! inside getent passwd lares >/dev/null || fail 'an empty installation left something'

echo 'try-deb: all of it holds'
