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

/** What the hub tells, beside what its features declare. `audit` is never purged; the others follow the retention of their severity. */
const OF_THE_HUB = [
  ['device_connect', entry('device', 'info', 'Device connected', 'The device can be reached.')],
  ['device_disconnect', entry('device', 'info', 'Device disconnected', 'The device can no longer be reached.')],
  ['state_changed', entry('device', 'debug', 'State changed', 'An entity has another state.')],
  ['device_joined', entry('audit', 'info', 'Device joined', 'A new device joined the house.')],
  ['device_created', entry('audit', 'info', 'Device created', 'An administrator made an identity for a device.')],
  ['device_renamed', entry('audit', 'info', 'Device renamed', 'The device has a new name.')],
  ['device_revoked', entry('audit', 'warning', 'Device revoked', 'The device may no longer connect.')],
  ['device_invited', entry('audit', 'info', 'Device invited', 'A join token was made.')],
  ['user_created', entry('audit', 'info', 'User created', 'A person may use this hub.')],
  ['user_updated', entry('audit', 'info', 'User changed', 'An account was changed.')],
  ['token_created', entry('audit', 'info', 'Token created', 'A program may speak for a person.')],
  ['token_revoked', entry('audit', 'warning', 'Token revoked', 'A program may speak for a person no longer.')],
  [
    'device_erased',
    entry('audit', 'warning', 'Device erased', 'A device was shut out, and all it ever said is forgotten.'),
  ],
  ['user_erased', entry('audit', 'warning', 'Person erased', 'A person is to be forgotten.')],
  [
    'erased_again',
    entry('audit', 'warning', 'Erased again', 'This database is a copy from before an erasure, which is done again.'),
  ],
  ['user_deleted', entry('audit', 'warning', 'User deleted', 'An account was taken away for good.')],
  ['house_updated', entry('audit', 'info', 'House changed', 'What is known of a house was changed.')],
  ['person_added', entry('audit', 'info', 'Person added', 'A person belongs to a house.')],
  ['person_removed', entry('audit', 'warning', 'Person removed', 'A person belongs to a house no longer.')],
  ['api_call', entry('audit', 'info', 'Admin request', 'A request came through the admin door.')],
  ['persona_switch', entry('persona', 'info', 'Persona switched', 'Another persona speaks.')],
  ['session_start', entry('session', 'info', 'Session started', 'A conversation began.')],
  ['session_end', entry('session', 'info', 'Session ended', 'A conversation ended.')],
  ['playback', entry('session', 'debug', 'Playback', 'A device began or ended to speak.')],
  ['handoff', entry('session', 'info', 'Handoff', 'A conversation moved to another device.')],
  ['error', entry('device', 'error', 'Error', 'Something went wrong.')],
  [
    'sensors_refused',
    entry('device', 'warning', 'Sensors refused', 'The device introduced sensors that are not taken.'),
  ],
  ['sensor_removed', entry('audit', 'info', 'Sensor removed', 'A person took a sensor out of the house.')],
  ['agent_outdated', entry('device', 'warning', 'Agent outdated', 'The agent is older than this hub serves in full.')],
  ['identity_shared', entry('device', 'error', 'Identity shared', 'Two machines use the identity of one device.')],
  ['settings_refused', entry('device', 'warning', 'Settings refused', 'The device did not take all its settings.')],
  ['command_result', entry('device', 'info', 'Command result', 'The device answered a command.')],
  ['sync_joined', entry('system', 'info', 'Central joined', 'The house sends its rows to a central database.')],
  [
    'sync_epoch',
    entry(
      'system',
      'warning',
      'Restored copy found',
      'Central knows more of this house than this hub: it runs from a backup or a copied card, and goes on under a new epoch.',
    ),
  ],
  [
    'central_restored',
    entry(
      'system',
      'warning',
      'Central restored',
      'Central was put back to an earlier time; what it lost is sent again.',
    ),
  ],
  [
    'sync_fenced',
    entry('system', 'critical', 'Hub fenced', 'Another hub took over this site; this one stopped sending.'),
  ],
  ['sync_claimed', entry('audit', 'warning', 'Site claimed', 'A person said that this hub is the one of its site.')],
  ['sync_row_refused', entry('system', 'error', 'Row refused', "Central's database refused a row; it is held back.")],
  [
    'central_row_refused',
    entry('system', 'warning', 'Central row refused', 'A row that central manages does not fit into this house.'),
  ],
  [
    'central_row_taken',
    entry(
      'system',
      'info',
      'Central row taken',
      'A row that central manages, and that did not fit before, is here now.',
    ),
  ],
  [
    'central_row_yielded',
    entry('audit', 'warning', 'Row yielded', "A person had a row of central's take the place of this hub's own."),
  ],
  ['central_row_kept', entry('system', 'info', 'Central row kept', 'A row that central removed is still in use here.')],
  ['scope_left', entry('system', 'info', 'Scope withdrawn', 'Central no longer manages these rows for this house.')],
  [
    'follower_gap',
    entry('system', 'error', 'Rows not followed', 'Rows went or were passed over before they were had.'),
  ],
  ['follower_skipped', entry('audit', 'warning', 'Rows skipped', 'A person had a follower pass over rows.')],
  [
    'follower_forgotten',
    entry('audit', 'warning', 'Follower forgotten', 'A person had the position of a follower removed.'),
  ],
  ['hub_started', entry('system', 'info', 'Hub started', 'The hub started.')],
  ['hub_degraded', entry('system', 'error', 'Hub degraded', 'The hub cannot store.')],
  ['hub_recovered', entry('system', 'info', 'Hub recovered', 'The hub stores again.')],
  [
    'database_restored',
    entry('system', 'critical', 'Database restored', 'The database was damaged and a backup took its place.'),
  ],
] as const satisfies Entries

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
/** Every type of event that has an entry here. */
export type EventTypeName = AgentEventType | (typeof OF_THE_HUB)[number][0]

/** What both ends know of. The features of a hub declare more. */
export const EVENT_TYPES: ReadonlyMap<string, EventType> = new Map<string, EventType>([...OF_AGENTS, ...OF_THE_HUB])

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
