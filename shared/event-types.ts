import type { Severity } from './messages/event.ts'

/** What a type of event is called and where it belongs. */
export interface EventType {
  title: string
  category: string
  severity: Severity
  description: string
}

const entry = (category: string, severity: Severity, title: string, description: string): EventType => ({
  title,
  category,
  severity,
  description,
})

/** What an agent tells. A device may send other types too: they get a title of their own. */
const OF_AGENTS = [
  ['agent_started', entry('device', 'info', 'Agent started', 'The program on the device started.')],
  ['sensor_failing', entry('device', 'warning', 'Sensor failing', 'A sensor cannot be read.')],
  ['sensor_recovered', entry('device', 'info', 'Sensor recovered', 'A sensor can be read again.')],
  ['output_safe', entry('device', 'warning', 'Output made safe', 'An output was put into its safe state.')],
  ['output_failing', entry('device', 'warning', 'Output failing', 'An output cannot be driven.')],
  ['output_recovered', entry('device', 'info', 'Output recovered', 'An output can be driven again.')],
  ['button_pressed', entry('device', 'info', 'Button pressed', 'A button of the device was pressed.')],
  ['button_released', entry('device', 'info', 'Button released', 'A button of the device was let go.')],
  ['button_held', entry('device', 'info', 'Button held', 'A button of the device is held down.')],
  ['turn_refused', entry('session', 'warning', 'Turn refused', 'Somebody spoke and no hub was there to listen.')],
  ['turn_given_up', entry('session', 'warning', 'Turn given up', 'The hub did not confirm the end of a turn.')],
  ['clock_set', entry('device', 'info', 'Clock set', 'The wall clock of the device was set.')],
  [
    'outbox_restored',
    entry('device', 'warning', 'Outbox restored', 'The device runs from an older copy of its outbox.'),
  ],
  ['outbox_in_memory', entry('device', 'error', 'Outbox in memory', 'The disk of the device takes no outbox.')],
  [
    'outbox_set_aside',
    entry('device', 'error', 'Outbox set aside', 'The outbox was damaged, and a new one was begun.'),
  ],
  [
    'outbox_log_set_aside',
    entry(
      'device',
      'error',
      'Log of an outbox set aside',
      "A write-ahead log that was not the outbox's own lay beside it.",
    ),
  ],
  [
    'outbox_full',
    entry('device', 'error', 'Disk of a device full', 'For a while the disk of the device took nothing.'),
  ],
  [
    'outbox_dropped',
    entry('device', 'error', 'Messages given up', 'The outbox had no room, and its oldest rows went.'),
  ],
  ['row_parked', entry('device', 'error', 'Message set aside', 'A message ended the connection again and again.')],
  [
    'message_refused',
    entry('device', 'warning', 'Message refused', 'The device made a message that no hub would take.'),
  ],
] as const satisfies Entries

/** What any device tells. */
const OF_DEVICES = [['error', entry('device', 'error', 'Error', 'Something went wrong.')]] as const satisfies Entries

/**
 * Alarms of agents: each type says that something is wrong until one of the others comes, with the same sensor and source
 * in it, or until the program on the device begins anew.
 */
const ALARMS = [
  ['sensor_failing', ['sensor_recovered']],
  ['output_failing', ['output_recovered']],
  ['outbox_in_memory', []],
] as const satisfies readonly (readonly [raises: AgentEventType, ends: readonly AgentEventType[]])[]

type Entries = readonly (readonly [type: string, entry: EventType])[]

/** The types that an agent sends. */
export type AgentEventType = (typeof OF_AGENTS)[number][0]
/** Every type of event that has an entry here. What a hub tells is declared by its features. */
export type EventTypeName = AgentEventType | (typeof OF_DEVICES)[number][0]

/** What both ends know of. The features of a hub declare more. */
export const EVENT_TYPES: ReadonlyMap<string, EventType> = new Map<string, EventType>([...OF_AGENTS, ...OF_DEVICES])

/** What can be wrong with a device for a while. `identity_shared` is what the hub itself says of it. */
export type AlarmType = (typeof ALARMS)[number][0] | 'identity_shared'

/** The program on the device began anew and tells again what is wrong: of what it told before, nothing is. */
export const ENDS_ALL_ALARMS: AgentEventType = 'agent_started'

const RAISES: ReadonlySet<string> = new Set(ALARMS.map(([raises]) => raises))
const ENDS: ReadonlyMap<string, AlarmType> = new Map(
  ALARMS.flatMap(([raises, ends]) => ends.map((end): [string, AlarmType] => [end, raises])),
)

/** Whether an event of this type from a device raises an alarm. */
export function raisesAlarm(type: string): type is AlarmType {
  return RAISES.has(type)
}

/** The alarm that an event of this type from a device ends. */
export function endedAlarm(type: string): AlarmType | undefined {
  return ENDS.get(type)
}

/** The entry of a type; one made from its name where the table has none. */
export function eventType(type: string): EventType {
  const known = EVENT_TYPES.get(type)
  if (known) return known
  const words = type.replaceAll('_', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { title, category: 'device', severity: 'info', description: `${title}.` }
}
