# shellcheck shell=bash
# Which Node runs Lares. Sourced by ./lares and every script, so that all of them agree; it installs nothing.
#
# After sourcing, `lares_root` is the checkout. `use_node` puts a Node that is new enough first on PATH and exports
# npm_config_nodedir, so that native packages compile against the headers of that very Node, without a download.

lares_root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)"

# 24.7 is the first release with argon2 in node:crypto.
readonly least_node='24.7'

# The name of the processor as npm packages spell it; empty where Lares does not run.
# A 64-bit kernel below a 32-bit Raspberry Pi OS says aarch64 too, hence the second question.
npm_processor() {
  [[ "$(getconf LONG_BIT 2>/dev/null || echo 64)" == 64 ]] || return 0
  case "$(uname -m)" in
    x86_64) echo x64 ;;
    aarch64 | arm64) echo arm64 ;;
  esac
}

# Whether the given program is a Node that is new enough; leaves its version in node_version.
node_is_new_enough() {
  node_version="$("$1" --version 2>/dev/null)" || return 1
  [[ "$node_version" =~ ^v([0-9]+)\.([0-9]+)\. ]] || return 1
  local major="${BASH_REMATCH[1]}" minor="${BASH_REMATCH[2]}"
  ((major > ${least_node%.*} || (major == ${least_node%.*} && minor >= ${least_node#*.})))
}

# A packed Lares comes with the Node that it was tried with.
is_packed() { [[ -f "$lares_root/release" ]]; }

# The system's Node when it is new enough, else the one scripts/setup put into .node. Fails when there is neither.
use_node() {
  local program modules="$lares_root/.node/node_modules"
  if ! is_packed && program="$(type -P node)" && node_is_new_enough "$program"; then
    export_node_headers "$program"
    return 0
  fi
  program="$modules/node-linux-$(npm_processor)/bin/node"
  [[ -x "$program" ]] && node_is_new_enough "$program" || return 1
  export PATH="${program%/node}:$modules/.bin:$PATH"
  export_node_headers "$program"
}

# Keeps the caller's own npm_config_nodedir when this Node comes without headers.
export_node_headers() {
  local folder
  folder="$(dirname -- "$(dirname -- "$(readlink -f -- "$1")")")"
  if [[ -f "$folder/include/node/node_version.h" ]]; then export npm_config_nodedir="$folder"; fi
}
