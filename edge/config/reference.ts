import { exampleFile, type Reference } from '../../shared/example-settings.ts'
import { TYPE_EXAMPLES } from '../outputs/output-examples.ts'
import { DRIVER_EXAMPLES } from '../sensors/examples.ts'
import { SENSOR_DRIVERS } from '../sensors/index.ts'
import { configSchema, EXAMPLES } from './schema.ts'

/** What each key of edge.toml is for; those of sensors are below. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['agent.name', 'What people call this device; used when joining. Default: the name of the invitation.'],
  [
    'agent.data',
    "Folder of identity and outbox; --data goes before it. Default: the service's folder, or ~/.local/state/lares/edge.",
  ],
  ['agent.log_level', 'What is logged: debug, info, warn or error, and what is worse.'],
  ['agent.default_sensors', 'CPU temperature, load, memory and disk, unless a table of sensors has their name.'],
  [
    'hub.addresses',
    'Tried before those of the join token, host:port each, for a hub that has moved. Its key stays the same.',
  ],
  ['hub.base', 'First level of the topics, used when joining. Default: what the hub says.'],
  ['heartbeat.interval_s', 'Seconds between two signs of life, 5 to 3600.'],
  ['gpio.backend', 'auto, onoff, gpiod, simulated or none.'],
  ['gpio.base', "The kernel's number of GPIO0, for onoff, where it cannot be found."],
  ['gpio.chip', 'The label of the chip, on a board that is no Raspberry Pi.'],
  [
    'gpio.talk_button',
    'A button for talking: its pin (BCM number), or a table with pin, active_low, pull, debounce_ms, contact, held_ms.',
  ],
  ['gpio.mute_switch', 'A switch for the microphone, like talk_button.'],
  [
    'gpio.buttons',
    'More buttons and switches, each by a name of its own and like talk_button: the house is told when one is pressed, held, released.',
  ],
  ['gpio.status_led', 'A light: its pin, or a table with pin and active_low.'],
  ['microphone.enabled', 'Whether this device listens.'],
  ['microphone.device', 'ALSA name, as `arecord -L` lists them.'],
  [
    'microphone.trigger',
    'What starts a turn: voice, button or both. voice sends what anybody says in the room to the hub.',
  ],
  [
    'microphone.voice_activity',
    'When speech begins and ends: hangover_ms 500, min_speech_ms 120 (milliseconds), longest_s 15 (seconds).',
  ],
  [
    'microphone.echo_cancelled',
    'Whether it does not hear the speaker, as lares edge doctor measures: then a voice may interrupt an answer, where the persona says so (barge_in speech).',
  ],
  ['speaker.enabled', 'Whether this device speaks.'],
  ['speaker.device', 'ALSA name, as `aplay -L` lists them.'],
])

/** What each key of every table of a sensor is for. */
export const COMMON_MEANINGS: ReadonlyMap<string, string> = new Map([
  ['driver', 'What reads it; the drivers are below.'],
  ['interval_s', 'Seconds between two reads. Default: by driver.'],
  [
    'deadband',
    'Smallest change worth sending, in the unit of the value: one number, or by sensor key. Default: by driver.',
  ],
  ['max_silence_s', 'An unchanged value is sent again after this many seconds, so that silence means trouble.'],
  ['name', 'What a person calls it: by sensor key, or one text that stands before the names of several.'],
  ['unit', 'Only for the kinds number and count; every other kind has its unit.'],
  ['sensors', 'Only these of its sensors, by key.'],
])

/** What the keys of a driver are for, by `driver.key`. */
export const DRIVER_MEANINGS: ReadonlyMap<string, string> = new Map([
  [
    'command.command',
    'The program and its words, run without a shell. It prints one number, lines of `key value`, or a JSON object of numbers.',
  ],
  ['command.timeout_s', 'Seconds after which the program is ended.'],
  ['command.kind', 'What the number is: a sensor kind of docs/protocol.md.'],
  [
    'command.values',
    'What the numbers are, by the key that the program prints: `{ kind = "power", name = "Solar" }` each. Others are left out.',
  ],
  ['disk.path', 'A path on the file system that is meant.'],
  ['iio.device', "The chip's name, or its folder (iio:device0) where two are alike. Absent: the only one there is."],
  ['load.minutes', 'The span it is averaged over: 1, 5 or 15 minutes.'],
  ['simulated.kind', 'What it pretends to measure: a sensor kind of docs/protocol.md.'],
  [
    'simulated.pattern',
    'wave is a sine, step jumps between the bounds, walk wanders between them, constant is the middle.',
  ],
  ['simulated.min', 'The lowest value.'],
  ['simulated.max', 'The highest value.'],
  ['simulated.period_s', 'Seconds of one wave or two steps; the walk takes sixty steps in it.'],
  ['simulated.seed', 'Two with the same seed walk alike.'],
])

/** What the keys of a table of an output are for. */
export const OUTPUT_MEANINGS: ReadonlyMap<string, string> = new Map([
  ['type', 'relay is on or off; dimmer has every level between, on a pin with a PWM of its own.'],
  ['pin', 'BCM number: the pin called GPIO17 is 17.'],
  ['name', 'What a person calls it. Default: its key.'],
  ['active_low', 'Whether a low voltage switches it on, as on most relay boards.'],
  [
    'max_on',
    'Longest time that it is on: "90s", "10min", "2h", "1h 30min". Then it takes its safe state, and an event says so.',
  ],
  ['hub_loss', 'So long without the hub, and it takes its safe state; "never": it stays as it is.'],
  ['safe', 'The state at start, at stop and after the loss of the hub: off or on; of a dimmer percent.'],
  ['frequency_hz', 'Pulses a second. Lamps do not flicker from 200; a motor may want 20000.'],
  ['chip', 'On a board that is no Raspberry Pi: the folder of the PWM below /sys/class/pwm.'],
  ['channel', 'On a board that is no Raspberry Pi: the channel of that chip.'],
])

export const EDGE_REFERENCE: Reference = {
  schema: configSchema.omit({ sensors: true, outputs: true }),
  meanings: MEANINGS,
  examples: EXAMPLES,
}

/** An edge.toml that says nothing yet, with every key and every driver explained. */
export function edgeExample(): string {
  const head = [
    'Settings of the Lares edge agent: /etc/lares/edge.toml. Every key has a default, so this file may stay as it is.',
    'Take the # before a key away to set it, then: sudo systemctl restart lares-edge',
  ]
  const sensors = [...SENSOR_DRIVERS.values()].flatMap(({ driver, summary }) => [
    '',
    `# ${summary}.`,
    ...[`[sensors.my_${driver.replaceAll('-', '_')}]`, ...(DRIVER_EXAMPLES.get(driver) ?? '').split('\n')].map(
      (line) => `#${line}`,
    ),
  ])
  const outputs = [...TYPE_EXAMPLES].flatMap(([type, lines]) => [
    '',
    ...[`[outputs.my_${type}]`, ...lines.split('\n')].map((line) => `#${line}`),
  ])
  return `${exampleFile(head, EDGE_REFERENCE)}\n# Outputs: a table for each. What must be safe without power needs a resistor: docs/operations.md, "Outputs".\n${outputs.join('\n')}\n\n# Sensors: a table for each, such as [sensors.cellar] or [sensors."Wohnzimmer Süd"].\n${sensors.join('\n')}\n`
}
