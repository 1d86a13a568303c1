# A private PulseAudio without a sound card, for the demo and the tests. Source this file from bash.
#
#   pulse_start DIR   starts a daemon whose files all lie in DIR and exports what its clients need
#   pulse_stop DIR    ends that daemon and no other; calling it twice is safe
#
# What is played to the sink `lares` comes back out of its monitor, paced like a sound card: `arecord -D lares_mic`
# hears what `paplay` or `aplay -D lares_speaker` plays. The ALSA `null` and `file` plugins are not paced (2 GB in
# a second), and snd-aloop needs a kernel module, which a container has not.
#
# A second sink, `lares_speaker`, takes what the agent says, so that it does not hear itself. The same once more with `_2`
# is another room.

pulse_start() {
  local dir=$1 program
  for program in pulseaudio pactl; do
    command -v "$program" >/dev/null || { echo "pulse_start: $program is not installed (Debian: pulseaudio pulseaudio-utils)" >&2; return 1; }
  done
  # a socket's path may have 107 bytes
  [ ${#dir} -le 80 ] || { echo "pulse_start: the folder's path is too long for a socket: $dir" >&2; return 1; }
  mkdir -p "$dir/runtime" "$dir/home" || return 1
  chmod 700 "$dir/runtime" "$dir/home"

  cat >"$dir/asound.conf" <<'CONF'
</usr/share/alsa/alsa.conf>
pcm.lares_mic { type pulse device "lares.monitor" }
pcm.lares_speaker { type pulse device "lares_speaker" }
pcm.lares_room { type pulse device "lares" }
pcm.lares_mic_2 { type pulse device "lares_2.monitor" }
pcm.lares_speaker_2 { type pulse device "lares_speaker_2" }
CONF
  cat >"$dir/lares.pa" <<CONF
load-module module-native-protocol-unix socket=$dir/runtime/native auth-anonymous=1
load-module module-null-sink sink_name=lares rate=16000 channels=1 format=s16le norewinds=1
load-module module-null-sink sink_name=lares_speaker rate=16000 channels=1 format=s16le norewinds=1
load-module module-null-sink sink_name=lares_2 rate=16000 channels=1 format=s16le norewinds=1
load-module module-null-sink sink_name=lares_speaker_2 rate=16000 channels=1 format=s16le norewinds=1
set-default-sink lares
set-default-source lares.monitor
CONF

  export PULSE_SERVER="unix:$dir/runtime/native" ALSA_CONFIG_PATH="$dir/asound.conf"
  # With a latency forced to 20 ms aplay waits for ever in its first write (PulseAudio 16.1); arecord does not need it.
  unset PULSE_LATENCY_MSEC
  # setsid: Ctrl-C in the terminal goes to the programs that use it, which may still need it while they end.
  # -n: no default script, so no D-Bus, no udev, no X11. Root gets a warning and a daemon of its own.
  env HOME="$dir/home" XDG_RUNTIME_DIR="$dir/runtime" XDG_CONFIG_HOME="$dir/home" PULSE_RUNTIME_PATH="$dir/runtime" \
    PULSE_STATE_PATH="$dir/home" PULSE_COOKIE="$dir/home/cookie" DBUS_SESSION_BUS_ADDRESS= PULSE_SERVER= \
    setsid pulseaudio -n --daemonize=no --system=false --exit-idle-time=-1 --disable-shm=yes --realtime=no --high-priority=no \
    --use-pid-file=no --log-target=stderr --log-level=notice --file="$dir/lares.pa" \
    </dev/null >"$dir/pulse.log" 2>&1 &
  echo $! >"$dir/pulse.pid"

  local tries=0
  until pactl info >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 "$(cat "$dir/pulse.pid")" 2>/dev/null; then
      echo "pulse_start: the daemon did not start; its last words:" >&2
      tail -5 "$dir/pulse.log" >&2
      pulse_stop "$dir"
      return 1
    fi
    sleep 0.1
  done
}

pulse_stop() {
  local dir=$1 pid tries=0
  [ -f "$dir/pulse.pid" ] || return 0
  pid=$(cat "$dir/pulse.pid")
  # the number may belong to somebody else by now
  if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q -F -- "$dir/lares.pa"; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 30 ]; do
      tries=$((tries + 1))
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null
  fi
  rm -f "$dir/pulse.pid"
}
