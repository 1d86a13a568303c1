# shellcheck shell=bash
# SQLite that flushes the disk once for a commit (docs/decisions/0053). Needs environment.sh, say.sh and debian.sh.
#
# better-sqlite3 comes compiled without HAVE_FDATASYNC, so a commit calls fsync, which on ext4 writes the journal of the file
# system, too: twice as many flushes and bytes. Here it is compiled from its own source with that one definition more, and
# otherwise as its makers do it. Its loader takes a binary from build/Release before the one it came with.

# What two compilers at once need, with room for a hub that serves meanwhile; and one alone.
readonly two_compilers_kb=1300000 one_compiler_kb=700000
# A Raspberry Pi 3 takes a quarter of an hour.
readonly compile_seconds=3600

sqlite_package="$lares_root/node_modules/better-sqlite3"
sqlite_binary="$sqlite_package/build/Release/better_sqlite3.node"
# Kept apart from node_modules, which npm empties; scripts/upgrade brings it from version to version.
sqlite_kept="$lares_root/.cache/sqlite"

# What a binary depends on. Node is not in it: the package uses the stable part of its interface.
sqlite_digest() {
  (cd -- "$sqlite_package" && find package.json binding.gyp deps src -type f -print0 | LC_ALL=C sort -z |
    xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# Puts the compiled SQLite into node_modules, compiling it where that was not done before. The output goes to the file in $1.
# Never fails: without it everything works, and a commit costs more.
provide_sqlite() {
  local log="$1" kept
  kept="$sqlite_kept/$(npm_processor)-$(sqlite_digest).node"
  if [[ -f "$kept" ]] && cmp -s -- "$kept" "$sqlite_binary"; then return 0; fi
  if { [[ -f "$kept" ]] || { can_compile_sqlite && compile_sqlite "$log" "$kept"; }; } &&
    sqlite_is_the_same "$log" "$kept" && put_sqlite "$kept"; then
    find "$sqlite_kept" -type f -not -name "${kept##*/}" -delete
  else
    rm -rf -- "$sqlite_package/build" "$kept"
    warn "SQLite stays as it came, and a commit flushes the disk twice where once would do: $why_not."
  fi
}

# Fails with the reason in why_not.
can_compile_sqlite() {
  local free
  free="$(available_kb)"
  why_not=''
  package_is_here build-essential && package_is_here python3 || why_not='a compiler or python3 is missing'
  [[ -n "${npm_config_nodedir:-}" ]] || why_not='this Node came without its headers'
  ((free >= one_compiler_kb)) || why_not="compiling it needs $((one_compiler_kb / 1000)) MB of free memory, and $((free / 1000)) MB are"
  type -P npm >/dev/null || why_not='npm is missing'
  [[ -z "$why_not" ]]
}

available_kb() { awk '/^MemAvailable:/ { print $2 }' "${LARES_MEMINFO:-/proc/meminfo}"; }

# Compiles aside, with the package's own script and at the lowest priority: a hub of this machine goes on serving.
compile_sqlite() {
  local log="$1" kept="$2" aside="$lares_root/.cache/sqlite-incoming" jobs=1
  (($(available_kb) < two_compilers_kb)) || jobs=2
  say 'Compiling SQLite, so that a commit flushes the disk once: one to two minutes on a PC, many on a Raspberry Pi.'
  why_not="it did not compile, see $log"
  rm -rf -- "$aside" && mkdir -p -- "$aside" "$sqlite_kept"
  cp -R -- "$sqlite_package"/{package.json,binding.gyp,deps,lib,src} "$aside"
  if (cd -- "$aside" && CFLAGS="${CFLAGS:-} -DHAVE_FDATASYNC=1" JOBS="$jobs" nice -n 19 timeout "$compile_seconds" npm run build-release) >>"$log" 2>&1; then
    mv -- "$aside/build/Release/better_sqlite3.node" "$kept"
  fi
  rm -rf -- "$aside"
  [[ -f "$kept" ]]
}

# Whether what was compiled is the SQLite that came, but for how it flushes, and stores.
sqlite_is_the_same() {
  why_not="what was compiled is another SQLite or does not run, see $1"
  (cd -- "$lares_root" && timeout 60 node scripts/lib/compare-sqlite.ts "$2" "$sqlite_package/prebuilds/linux-$(npm_processor).node") >>"$1" 2>&1
}

# Complete under its name, or not there: a loader that finds half of it does not look further.
put_sqlite() {
  why_not="$sqlite_binary cannot be written"
  mkdir -p -- "${sqlite_binary%/*}" && cp -- "$1" "$sqlite_binary.incoming" && sync -f "$sqlite_binary.incoming" &&
    mv -- "$sqlite_binary.incoming" "$sqlite_binary"
}
