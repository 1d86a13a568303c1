# shellcheck shell=bash
# How Lares lies on a machine, shared by scripts/install and scripts/upgrade. Needs environment.sh and say.sh.
#
#   /opt/lares/<version>-<commit>   complete versions, owned by root, never changed once they have this name
#   /opt/lares/current              a link to one of them; the services and /usr/local/bin/lares go through it
#   /opt/lares/.incoming            a version that is still being put together
#   /etc/lares  /var/lib/lares      configuration and data, which no version owns
#   /var/cache/lares{,-edge}/…      what Node compiled of each version, which its service wrote (./lares)
#   /usr/lib/lares                  what the Debian package unpacked: not run from there, but installed from there
#
# All of it below $prefix, which is empty on a real machine. With a prefix nothing outside it is touched: no account,
# no ownership, no service (unless LARES_SYSTEMCTL names a program to call instead of systemctl).

prefix=''
dry_run=no
start_services=yes
systemctl="${LARES_SYSTEMCTL:-systemctl}"

# Says where everything lies. Call it once, after the options are read.
place_release() {
  versions="$prefix/opt/lares"
  current="$versions/current"
  data="$prefix/var/lib/lares"
  caches="$prefix/var/cache"
  configuration="$prefix/etc/lares"
  units="$prefix/etc/systemd/system"
  supply="$prefix/usr/lib/lares"
}

# Whether these scripts are those of the Debian package, called by it.
is_supply() { [[ "$lares_root" == "$supply" ]]; }

# What dpkg installed, only dpkg may replace: it would put its own version back at the next repair.
leave_to_package() {
  if is_supply || [[ ! -f "$supply/release" ]]; then return 0; fi
  fail "Lares $(<"$supply/release") was installed here as a Debian package, and stays with it." \
    'A newer one: sudo apt install ./lares_<version>_<processor>.deb' \
    "To go over to $lares_root: sudo apt remove lares, which leaves configuration and data, then run this again."
}

# Does a step, or only prints it.
run() {
  if [[ "$dry_run" == yes ]]; then
    printf 'would run: %s\n' "$*"
  else
    "$@"
  fi
}

require_root() {
  [[ -n "$prefix" || "$dry_run" == yes || "$(id -u)" == 0 ]] ||
    fail "$1 changes this machine, so it needs root." "Run: sudo $1" 'Or look first: --dry-run prints every step.'
}

# As the account of the services, and with their umask: a database file that belongs to root would lock the hub out.
as_lares() (
  umask 0027
  if [[ -z "$prefix" ]]; then run runuser -u lares -- "$@"; else run "$@"; fi
)

# In a container, and in a system that is being put together elsewhere, no systemd runs.
has_services() { [[ -n "${LARES_SYSTEMCTL:-}" ]] || [[ -z "$prefix" && (-d /run/systemd/system || "$dry_run" == yes) ]]; }

control() { if has_services; then run "$systemctl" "$@"; fi; }

# What is written is on the disk when this returns. The order of what follows rests on it.
settle() { run sync -f "$1"; }

# The folder of this checkout's own version.
release_name() {
  local version commit
  if is_packed; then
    cat -- "$lares_root/release"
    return 0
  fi
  version="$(sed -n 's/^  "version": "\(.*\)",\{0,1\}$/\1/p' "$lares_root/package.json")"
  commit="$(in_git rev-parse --short=8 HEAD 2>/dev/null)" ||
    fail "$lares_root is not a git checkout, and its commit names the installed version." 'Get the code with git clone.'
  printf '%s-%s\n' "$version" "$commit"
}

# Root reads a checkout that belongs to somebody else; git wants to be told that this is meant.
in_git() {
  GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*' git -C "$lares_root" "$@"
}

clone_here() {
  local settings
  settings="$(mktemp)"
  printf '[safe]\n\tdirectory = *\n[advice]\n\tdetachedHead = false\n' >"$settings"
  GIT_CONFIG_GLOBAL="$settings" git clone --quiet --depth 1 --no-tags "file://$lares_root" "$1"
  rm -f -- "$settings"
}

# Puts this checkout's commit below /opt/lares under the name in $1, with its Node and npm packages. It is put together
# under another name, settled on the disk and only then renamed, so whatever bears a version's name is complete.
copy_release() {
  local name="$1" incoming="$versions/.incoming"
  local search_path="$PATH"
  [[ -n "$prefix" ]] || search_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  if [[ -d "$versions/$name" ]]; then
    if is_supply; then repair_release "$name"; fi
    return 0
  fi
  if ! is_packed && [[ -n "$(in_git status --porcelain 2>/dev/null)" ]]; then
    warn 'Changes in this checkout that are not committed stay here; the last commit is what gets installed.'
  fi
  say "Copying version $name to $versions."
  run mkdir -p -- "$versions"
  run rm -rf -- "$incoming"
  if is_packed; then
    run copy_packed "$incoming"
    settle "$versions"
    run mv -T -- "$incoming" "$versions/$name"
    settle "$versions"
    return 0
  fi
  run clone_here "$incoming"
  bring_sqlite "$incoming"
  # The services see the system's PATH, not that of whoever runs this script: the Node found here must be theirs.
  run env PATH="$search_path" "$incoming/scripts/setup" --quiet --no-packages --production
  settle "$versions"
  run mv -T -- "$incoming" "$versions/$name"
  settle "$versions"
}

# What dpkg unpacked is linked, so that it needs its room once; dpkg replaces files and never writes into them. On another
# file system, and from a folder that is somebody's own, it is copied.
copy_packed() {
  if is_supply && cp -al -- "$lares_root" "$1" 2>/dev/null; then return 0; fi
  rm -rf -- "$1"
  cp -R --no-dereference -- "$lares_root" "$1"
  chmod -R u=rwX,go=rX -- "$1"
}

# dpkg unpacks a package again that is installed again, and whoever does that has something to repair.
repair_release() {
  local release="$versions/$1"
  if diff -rq --no-dereference --exclude=.cache -- "$lares_root" "$release" >/dev/null 2>&1; then return 0; fi
  say "Repairing version $1."
  run rm -rf -- "$versions/.incoming" "$versions/.damaged"
  run copy_packed "$versions/.incoming"
  settle "$versions"
  run mv -T -- "$release" "$versions/.damaged"
  run mv -T -- "$versions/.incoming" "$release"
  settle "$versions"
  run rm -rf -- "$versions/.damaged"
}

# What the version in use compiled serves the next one, too, as long as the source is the same: scripts/lib/sqlite.sh
bring_sqlite() {
  if [[ -d "$current/.cache/sqlite" ]]; then
    run mkdir -p -- "$1/.cache"
    run cp -R -- "$current/.cache/sqlite" "$1/.cache/sqlite"
  else
    say 'SQLite is compiled this time: some minutes on a PC, a quarter of an hour on a slow Raspberry Pi.'
  fi
}

# The version that the link names; empty before the first installation.
current_name() { if [[ -L "$current" ]]; then basename -- "$(readlink -- "$current")"; fi; }

# `ln -sfn` removes the old link before it makes the new one; a rename has no moment in between.
switch_current() {
  run ln -sfn -- "$1" "$versions/.current"
  run mv -T -- "$versions/.current" "$current"
  settle "$versions"
}

# The parts (hub, edge) that are installed here.
installed_parts() {
  local part
  for part in hub edge; do
    if [[ -f "$units/lares-$part.service" ]]; then echo "$part"; fi
  done
}

# Lays down the units of the version in $1 for the parts that follow.
lay_units() {
  local from="$versions/$1/scripts/systemd" part
  shift
  [[ -d "$from" || "$dry_run" == yes ]] || from="$lares_root/scripts/systemd"
  run mkdir -p -- "$units"
  for part in "$@"; do
    run install -m 0644 -- "$from/lares-$part.service" "$units/.lares-$part.service"
    run mv -T -- "$units/.lares-$part.service" "$units/lares-$part.service"
  done
  control daemon-reload
}

# Keeps the newest three versions, and never removes the one in use or the one named in $1.
remove_old_releases() {
  local name kept=0
  while IFS= read -r name; do
    kept=$((kept + 1))
    if ((kept > 3)) && [[ "$name" != "$(current_name)" && "$name" != "$1" ]]; then
      say "Removing version $name: three newer ones are kept."
      run rm -rf -- "${versions:?}/$name"
    fi
  done < <(find "$versions" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -printf '%T@ %f\n' | sort -rn | cut -d' ' -f2-)
}

# What was compiled of versions that are gone: nobody else would ever remove it.
remove_old_caches() {
  local folder
  for folder in "$caches"/lares/* "$caches"/lares-edge/*; do
    if [[ -d "$folder" && ! -d "$versions/${folder##*/}" ]]; then run rm -rf -- "$folder"; fi
  done
}
