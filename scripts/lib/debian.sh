# shellcheck shell=bash
# Debian packages: which are missing, and how to install them without breaking what is there. Needs say.sh.

# The prefix that gives a command root's rights; fails when there is no way without asking for a password.
find_root() {
  as_root=()
  [[ "$(id -u)" == 0 ]] && return 0
  if type -P sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
    return 0
  fi
  return 1
}

# Fails with the reason in why_not.
can_install_packages() {
  if ! type -P apt-get >/dev/null; then
    why_not='this system has no apt-get'
    return 1
  fi
  if ! find_root; then
    why_not='this user is not root and sudo asks for a password'
    return 1
  fi
}

# --no-remove: pulseaudio conflicts with PipeWire's own sound server, and a desktop's sound must not vanish for a test.
# The lock's timeout: a Pi updates itself in its first minutes.
apt_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove \
    -o DPkg::Lock::Timeout=180 "$@"
}

# Installs the named packages, all at once or, when one of them is refused, each for itself.
# The output goes to the file in $1. Package lists are fetched first where there are none, and again after a failure.
install_packages() {
  local log="$1" name
  shift
  if compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null && apt_install "$@" >>"$log" 2>&1; then return 0; fi
  "${as_root[@]}" apt-get update -o DPkg::Lock::Timeout=180 >>"$log" 2>&1 || warn 'apt-get update failed; trying with the lists at hand.'
  if apt_install "$@" >>"$log" 2>&1; then return 0; fi
  for name in "$@"; do apt_install "$name" >>"$log" 2>&1 || true; done
}

# Whether what a package brings is here, whoever installed it.
package_is_here() {
  case "$1" in
    build-essential) type -P make >/dev/null && type -P c++ >/dev/null ;;
    alsa-utils) type -P arecord >/dev/null && type -P aplay >/dev/null ;;
    libasound2-plugins) compgen -G '/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so' >/dev/null ||
      compgen -G '/usr/lib*/alsa-lib/libasound_module_pcm_pulse.so' >/dev/null ;;
    # Not in the path of everybody.
    gpiod) type -P gpiomon >/dev/null ;;
    qemu-user) type -P qemu-aarch64 >/dev/null ;;
    g++-aarch64-linux-gnu) type -P aarch64-linux-gnu-g++ >/dev/null ;;
    mosquitto) [[ -x /usr/sbin/mosquitto ]] || type -P mosquitto >/dev/null ;;
    pgbouncer) [[ -x /usr/sbin/pgbouncer ]] || type -P pgbouncer >/dev/null ;;
    *) type -P "$1" >/dev/null ;;
  esac
}

# What will not run without a package.
loss_without() {
  case "$1" in
    build-essential | python3) echo 'GPIO through onoff and SQLite cannot be compiled; libgpiod, the simulation and the SQLite that came still work' ;;
    openssl) echo 'the hub cannot make its certificate' ;;
    git) echo 'scripts/install and scripts/upgrade cannot copy the code' ;;
    alsa-utils) echo 'an agent can neither record nor play' ;;
    pulseaudio | libasound2-plugins) echo 'audio tests and the demo have no sound card to play to' ;;
    sox) echo 'recording through sox, and the tests of it, do not run' ;;
    chromium) echo 'the page is tested in no browser' ;;
    mosquitto) echo 'nothing is tested beside a broker of somebody else' ;;
    pgbouncer) echo 'tests of a connection pooler before central do not run' ;;
    gpiod) echo 'its programs are not tested under the restrictions of the service' ;;
    qemu-user | g++-aarch64-linux-gnu) echo 'nothing is tested on the processor of a Raspberry Pi' ;;
    zsh | fish) echo 'the completion of words is not tested in that shell' ;;
    espeak-ng) echo 'the demo has no voice' ;;
    flite) echo 'English is spoken by espeak-ng alone, which is harder to understand' ;;
  esac
}

# Leaves those of the given packages that are not here in the array missing.
find_missing() {
  local name
  missing=()
  for name in "$@"; do package_is_here "$name" || missing+=("$name"); done
}

# Prints what provide_packages would do.
show_packages() {
  find_missing "$@"
  if ((${#missing[@]} > 0)); then
    printf 'would run: apt-get install --no-install-recommends --no-remove %s\n' "${missing[*]}"
  fi
}

# Debian starts a broker as a service, on the port where a hub listens, and again after a restart. Tests want its program alone.
# Called with mask before the installation, and with unmask after it.
keep_services_off() {
  local name
  type -P systemctl >/dev/null || return 0
  for name in "${@:2}"; do
    [[ "$name" == mosquitto ]] || continue
    "${as_root[@]}" systemctl "$1" mosquitto >>"$log" 2>&1 || true
    [[ "$1" == mask ]] || "${as_root[@]}" systemctl disable mosquitto >>"$log" 2>&1 || true
  done
}

# Installs what is missing of the given packages where that is possible, and says what is lost where it is not.
# Never fails: every one of them serves a part, and the other parts work without.
provide_packages() {
  local log="$1" name
  shift
  find_missing "$@"
  ((${#missing[@]} > 0)) || return 0
  if can_install_packages; then
    say "Installing Debian packages for sound, GPIO and tests: ${missing[*]}"
    local wanted=("${missing[@]}")
    keep_services_off mask "${wanted[@]}"
    install_packages "$log" "${wanted[@]}"
    keep_services_off unmask "${wanted[@]}"
    find_missing "${wanted[@]}"
    why_not="apt-get could not install it, see $log"
  fi
  for name in ${missing[@]+"${missing[@]}"}; do
    warn "Missing $name: $(loss_without "$name") ($why_not)."
  done
}
