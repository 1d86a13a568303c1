import type { Inventory } from './entry.ts'

const DOCTOR = 'test/remedies/doctor.test.ts'
const TROUBLE = 'test/remedies/agent-trouble.test.ts'
const OUTBOX = 'test/remedies/agent-outbox.test.ts'
const GPIO = 'test/remedies/gpio.test.ts'
const LINK = 'test/remedies/hub-link.test.ts'
const SETTINGS = 'test/remedies/agent-settings.test.ts'
const OUTPUTS = 'test/remedies/outputs.test.ts'
const OUTPUT_TABLES = 'test/remedies/output-tables.test.ts'
const SHOWN_OUTPUTS = 'test/edge/outputs/shown-outputs.test.ts'
const SENSORS = 'test/remedies/sensors.test.ts'

const PRESSED = { because: 'test/edge/gpio/buttons.test.ts presses wrong and right ones' }

/** The remedies of edge/ and of `lares diagnose`. */
export const EDGE: Inventory = {
  'cli/diagnose/main.ts': {
    'Name another file: --to FILE.': TROUBLE,
  },
  'edge/config/environment-settings.ts': {
    'Did you mean …?': SETTINGS,
    'Its name is LARES_EDGE_<SECTION>_<KEY>, as in the file.': SETTINGS,
  },
  'edge/config/configure-outputs.ts': {
    'Rename one of the two tables: a house knows both by their keys.': SHOWN_OUTPUTS,
    'Remove one of the two tables, or give it another name.': OUTPUT_TABLES,
    'Give each output, button and light its own pin.': SHOWN_OUTPUTS,
  },
  'edge/config/load-settings.ts': {
    'Mend what is wrong in [gpio]: it says which chip its pins are on.': OUTPUT_TABLES,
  },
  'edge/control/control-socket.ts': {
    'Only root and the user it runs as may: put sudo before it.': LINK,
    'Start it (sudo systemctl start lares-edge, or lares edge': LINK,
  },
  'edge/parts/agent-socket.ts': {
    'It is older than this lares: restart it.': {
      because: 'an agent of an earlier version is not here to be restarted',
    },
  },
  'edge/parts/pins.ts': {
    'Name one in [gpio] buttons.': PRESSED,
    'It has ….': PRESSED,
    'Press it with a finger. Only pins of [gpio] backend =': PRESSED,
  },
  'edge/data-folder.ts': {
    'Stop it (sudo systemctl stop lares-edge), or give this one': LINK,
  },
  'edge/doctor/as-service.ts': {
    'See what systemd has against it: sudo systemd-run --wait': DOCTOR,
  },
  'edge/doctor/findings.ts': {
    'See what the agent says of it: journalctl -u lares-edge -n': DOCTOR,
  },
  'edge/doctor/hub-check.ts': {
    'At the hub: lares devices invite NAME. Then here: lares edge': TROUBLE,
    'Look again in a minute: it may be about to connect. If it': TROUBLE,
  },
  'edge/doctor/machine-checks.ts': {
    'Let it follow the network: sudo timedatectl set-ntp true.': DOCTOR,
    'It is to follow the network, and no time server has': DOCTOR,
    'Use the supply made for this Pi and a short, thick cable.': { because: 'a supply is changed by hand' },
    'Set [gpio] backend = "auto", or remove talk_button,': GPIO,
    'The card may be failing: look at the journal, save the data.': { because: 'a card is changed by hand' },
    'Free some space: the outbox of a week needs 200 MB.': DOCTOR,
    'See docs/operations.md, "Pins".': { because: 'only an agent of an earlier version says less' },
  },
  'edge/doctor/echo-check.ts': {
    'List the speakers with aplay -L, and name one as [speaker] device.': DOCTOR,
    'Load echo cancellation into PulseAudio or PipeWire (pactl load-module': DOCTOR,
  },
  'edge/doctor/microphone-check.ts': {
    'Install what it belongs to: sudo apt install alsa-utils.': DOCTOR,
    'List the microphones with arecord -L, and name one as': DOCTOR,
    'Unmute it: look for a switch on it, and at alsamixer, capture': DOCTOR,
    'Lower the gain in alsamixer, capture (F4).': DOCTOR,
  },
  'edge/doctor/outbox-check.ts': {
    'Restart the agent: it sets the file aside and goes on.': DOCTOR,
    'Restart the agent, which sends them again. If they are set': OUTBOX,
  },
  'edge/doctor/output-check.ts': {
    'Restart the agent: sudo systemctl restart lares-edge': OUTPUTS,
  },
  'edge/doctor/service-check.ts': {
    'Write its whole path.': DOCTOR,
    'Put it where services look: /usr/local/bin.': DOCTOR,
    'Run sudo systemctl edit lares-edge, and write [Service] and': DOCTOR,
    'Run scripts/install edge again.': DOCTOR,
    'sudo usermod -aG … …, then restart the agent.': DOCTOR,
  },
  'edge/gpio/claims.ts': {
    'Use BCM numbers: the pin called GPIO17 is 17': SENSORS,
    'Give each button and light its own pin.': SENSORS,
  },
  'edge/gpio/chip-labels.ts': {
    'This machine shows no pins at all: remove talk_button,': GPIO,
    'Write below [gpio] which has your pins: ….': GPIO,
  },
  'edge/gpio/gpiod-port.ts': {
    'Only 1 and 2 are known here. …': GPIO,
    'Install the one of this system: sudo apt install gpiod.': GPIO,
  },
  'edge/gpio/none-port.ts': {
    'Set [gpio] backend = "auto", or remove the button, light': GPIO,
  },
  'edge/gpio/onoff-port.ts': {
    'Set [gpio] backend = "gpiod", or build it: sudo apt install': GPIO,
    'Another program or a dtoverlay uses it. Look at …, or': GPIO,
    'Set [gpio] backend = "gpiod", which sets it by itself, or': GPIO,
  },
  'edge/gpio/open-port.ts': {
    'Remove talk_button, mute_switch, buttons and status_led from [gpio],': {
      because: 'it is for a failure of the backend that nobody foresaw',
    },
  },
  'edge/gpio/sysfs.ts': {
    'Set [gpio] backend = "gpiod" and install its programs: sudo': GPIO,
    'Where [gpio] base is set, remove it, so that it is looked': GPIO,
    'A dtoverlay in config.txt uses it. Remove the overlay or': GPIO,
  },
  'edge/health/file-error.ts': {
    'Its driver or cable hangs. Unplug what is connected there,': OUTPUTS,
  },
  'edge/health/machine.ts': {
    'Run the command by hand, as the same user, to see what it does.': SENSORS,
  },
  'edge/health/child-program.ts': {
    'Make the file executable (chmod +x).': SENSORS,
    'Run the command by hand, as the same user, to see what it needs.': SENSORS,
    'Save it with those of Unix: ': SENSORS,
    'Install that, or name another program in the first line of the file.': SENSORS,
  },
  'edge/link/dial.ts': {
    '… If it has another address now, write that into edge.toml': LINK,
  },
  'edge/link/device-identity.ts': {
    'chmod 600 …, and join again with --again if somebody may have read it.': LINK,
    'Move the file away and join again: lares edge join <token>.': LINK,
  },
  'edge/link/hub-version.ts': {
    'Upgrade this machine: …': TROUBLE,
    'Upgrade the hub, on its machine: …': TROUBLE,
  },
  'edge/link/join.ts': {
    'Join with --again to give it a new identity; the old device': LINK,
    'Run the same command again: the same token gives the same device.': LINK,
  },
  'edge/link/hub-connection.ts': {
    'It may have been removed there. Join again: lares edge join': LINK,
    'Its disk may be full. Look at its health; the agent tries': LINK,
  },
  'edge/control/log-level-command.ts': {
    'Write lares edge log-level PART LEVEL --for MINUTES.': LINK,
  },
  'edge/control/log-levels.ts': {
    'Write a number of minutes up to …, or leave it out: then it': LINK,
    '…It is one of ….': LINK,
  },
  'edge/outputs/output-driver.ts': {
    'Both would shine alike. ': OUTPUTS,
    'Set [gpio] backend = "auto", or remove ….': OUTPUTS,
  },
  'edge/outputs/output-plan.ts': {
    'For example:': OUTPUT_TABLES,
    '…Choose one of …': OUTPUT_TABLES,
    'On a Raspberry Pi GPIO… have one. On another board name chip': OUTPUT_TABLES,
  },
  'edge/outputs/pwm-channel.ts': {
    'Another program drives this channel. Stop it. Or: ': OUTPUTS,
    'A fan, a backlight or an overlay uses it. ': OUTPUTS,
    'Name one that is there: a folder of …, and a channel': OUTPUTS,
  },
  'edge/outputs/pwm-chip.ts': {
    'Put dtoverlay=pwm,pin=…,func=… into config.txt and restart': OUTPUTS,
  },
  'edge/parts/outputs.ts': {
    'An output is a table [outputs.<key>] of edge.toml on that': OUTPUT_TABLES,
  },
  'edge/parts/missing.ts': {
    'Mend or remove the table of what is named in edge.toml, then': TROUBLE,
    "Free space on this device's disk; what goes is counted, and": OUTBOX,
  },
  'edge/outbox/outbox-fault.ts': {
    "Free space on this device's disk; the agent goes on by itself.": OUTBOX,
    'Look at the journal of the kernel (dmesg), at the mounts and at the card; the agent goes on by itself.': {
      because: 'no mount becomes read-only while a file on it is open for writing, unless the kernel finds a fault',
    },
    'End that program, or its transaction; the agent goes on by itself.': OUTBOX,
    "Free space on this device's disk, then restart the agent.": OUTBOX,
    'Look at the journal of the kernel (dmesg), at the mounts and at the card, then restart the agent.': OUTBOX,
    'End that program, or its transaction, then restart the agent.': OUTBOX,
  },
  'edge/outbox/set-aside.ts': {
    'Remove it once nothing in it is wanted: rows that were not': OUTBOX,
  },
  'edge/sensors/command.ts': {
    'Run it by hand: it prints one number and nothing else.': SENSORS,
    'It prints numbers under names. Say which you want: values = { ': SENSORS,
    '…Run it by hand: it prints lines of `key value`, or a JSON': SENSORS,
  },
  'edge/sensors/configure.ts': {
    '…Choose one of ….': SENSORS,
    'Choose a shorter key.': SENSORS,
    'Remove one of what makes it: ….': SENSORS,
    'Remove it: every other kind has its own unit, and a program': SENSORS,
  },
  'edge/sensors/cpu-temperature.ts': {
    'Virtual machines have none. Remove [sensors.': SENSORS,
  },
  'edge/sensors/iio.ts': {
    'Look at the files in …; a command source can read any of them.': SENSORS,
    'Enable it with its dtoverlay in config.txt and check the': SENSORS,
    'Name one with device = "…". There are: ….': SENSORS,
  },
  'edge/sensors/check-value.ts': {
    'This is a fault of the source: it must list every sensor it measures.': SENSORS,
  },
  'edge/sensors/one-wire-probe.ts': {
    'The data line is held down: look for a short circuit, a wet': SENSORS,
    'Check the wiring: a long cable wants a smaller pull-up resistor.': SENSORS,
    'Check the wiring and the supply of the probe; replace it': SENSORS,
  },
  'edge/sensors/one-wire.ts': {
    'Enable the bus with dtoverlay=w1-gpio in config.txt, then': SENSORS,
    'The probe lost its power while it measured: check the': SENSORS,
  },
  'edge/sensors/sampler.ts': {
    'Rename one of the two tables: sensor keys are made from the': SENSORS,
    'Remove one of the two tables, or give it another name.': SENSORS,
  },
  'shared/join-group.ts': {
    'Add its account to the group: sudo usermod -aG': GPIO,
    'Its account has no name, so no group can list it.': {
      because: 'who starts a container gives it its groups; test/shared/join-group.test.ts',
    },
  },
}
