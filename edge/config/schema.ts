import { z } from 'zod'
import { address } from '../../shared/address.ts'
import { sensorKeyOf } from '../../shared/ids.ts'
import { deviceName } from '../../shared/messages/fields.ts'
import { buttonSettings } from '../gpio/button.ts'
import { gpioSettings } from '../gpio/open-port.ts'
import { statusLightSettings } from '../gpio/status-light.ts'

/** A table that may be written as its pin alone: `talk_button = 17`. */
const pinOr = <T extends z.ZodType>(table: T) =>
  z.preprocess((value, context) => {
    if (typeof value === 'number') return { pin: value }
    if (typeof value === 'object') return value
    context.addIssue({ code: 'custom', message: 'is to be the number of a pin, or a table' })
    return z.NEVER
  }, table)

const agent = z.strictObject({
  /** Default: the name the hub knows. */
  name: deviceName.optional(),
  /** Folder of identity and outbox. `--data` goes before it. */
  data: z.string().startsWith('/', 'is to begin with /').optional(),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  /** CPU temperature, load, memory and disk, unless a table of [sensors] has their name. */
  default_sensors: z.boolean().default(true),
})

const hub = z.strictObject({
  /** Tried before those of the join token, for a hub that has moved. Its key stays the same. */
  addresses: z.array(address).max(8).default([]),
  base: z
    .string()
    .regex(/^[^+#/\0]+(\/[^+#/\0]+)*$/, 'has an empty level or a wildcard')
    .optional(),
})

const heartbeat = z.strictObject({ interval_s: z.number().min(5).max(3_600).default(30) })

/** The names of the two that this device knows itself would be told as theirs. */
const buttonName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'is no name: up to 40 of a-z, 0-9, _ and -')
  .refine(
    (name) => name !== 'talk' && name !== 'mute',
    'is what talk_button and mute_switch are called: choose another',
  )

const gpio = gpioSettings.extend({
  talk_button: pinOr(buttonSettings).optional(),
  mute_switch: pinOr(buttonSettings).optional(),
  buttons: z.record(buttonName, pinOr(buttonSettings)).default({}),
  status_led: pinOr(statusLightSettings).optional(),
})

const voiceActivity = z.strictObject({
  /** Silence that ends an utterance, milliseconds. */
  hangover_ms: z.int().min(100).max(5_000).default(500),
  /** Speech needed for a start, milliseconds. */
  min_speech_ms: z.int().min(30).max(2_000).default(120),
  /** Longest utterance, seconds. */
  longest_s: z.number().min(1).max(600).default(15),
})

const microphone = z.strictObject({
  enabled: z.boolean().default(false),
  /** ALSA name, as `arecord -L` lists them. */
  device: z.string().min(1).max(100).default('default'),
  /** What starts a turn. `voice` sends what anybody says in the room to the hub. */
  trigger: z.enum(['voice', 'button', 'both']).default('voice'),
  voice_activity: voiceActivity.prefault({}),
  /** It does not hear the speaker, which `lares edge doctor` measures: then a voice may interrupt an answer. */
  echo_cancelled: z.boolean().default(false),
})

const speaker = z.strictObject({
  enabled: z.boolean().default(false),
  /** ALSA name, as `aplay -L` lists them. */
  device: z.string().min(1).max(100).default('default'),
})

/** What a person calls the table of a sensor or an output. A name that is no key gets one of its own. */
const sensorName = z.string().refine((name) => sensorKeyOf(name) !== null)

/** The whole configuration file. What a table of [sensors] or [outputs] may say depends on its kind and is checked with it. */
export const configSchema = z.strictObject({
  agent: agent.prefault({}),
  hub: hub.prefault({}),
  heartbeat: heartbeat.prefault({}),
  sensors: z.record(sensorName, z.record(z.string(), z.unknown())).default({}),
  gpio: gpio.prefault({}),
  outputs: z.record(sensorName, z.record(z.string(), z.unknown())).default({}),
  microphone: microphone.prefault({}),
  speaker: speaker.prefault({}),
})

export type EdgeConfig = z.infer<typeof configSchema>

/** A line that works, for every key a person can get wrong. */
export const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['agent', '[agent]\nname = "Kitchen Pi"'],
  ['agent.name', 'name = "Kitchen Pi"'],
  ['agent.data', 'data = "/var/lib/lares/edge"'],
  ['agent.log_level', 'log_level = "info"'],
  ['agent.default_sensors', 'default_sensors = true'],
  ['hub', '[hub]\naddresses = ["192.168.1.10:8883"]'],
  ['hub.addresses', 'addresses = ["192.168.1.10:8883"]'],
  ['hub.base', 'base = "lares"'],
  ['heartbeat', '[heartbeat]\ninterval_s = 30'],
  ['heartbeat.interval_s', 'interval_s = 30'],
  ['sensors', '[sensors.cellar]\ndriver = "one-wire"'],
  ['gpio', '[gpio]\nbackend = "auto"'],
  ['gpio.backend', 'backend = "auto"'],
  ['gpio.base', 'base = 512'],
  ['gpio.chip', 'chip = "pinctrl-bcm2711"'],
  ['gpio.talk_button', 'talk_button = 17'],
  ['gpio.mute_switch', 'mute_switch = { pin = 27, contact = "latching" }'],
  ['gpio.buttons', 'buttons = { lamp = 5, bell = { pin = 6, debounce_ms = 50 } }'],
  ['gpio.status_led', 'status_led = 22'],
  ['outputs', '[outputs.pump]\ntype = "relay"\npin = 17'],
  ['microphone', '[microphone]\nenabled = true'],
  ['microphone.enabled', 'enabled = true'],
  ['microphone.device', 'device = "plughw:CARD=seeed2micvoicec,DEV=0"'],
  ['microphone.trigger', 'trigger = "voice"'],
  ['microphone.echo_cancelled', 'echo_cancelled = true'],
  ['microphone.voice_activity', 'voice_activity = { hangover_ms = 500 }'],
  ['speaker', '[speaker]\nenabled = true'],
  ['speaker.enabled', 'enabled = true'],
  ['speaker.device', 'device = "default"'],
])
