import type { Severity } from '../../../shared/messages/event.ts'

/** What a type of event is called and where it belongs. A device may send other types too: they get a title of their own. */
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

/** `audit` is never purged; the others follow the retention of their severity. */
export const EVENT_TYPES: ReadonlyMap<string, EventType> = new Map([
  ['device_connect', entry('device', 'info', 'Device connected', 'The device can be reached.')],
  ['device_disconnect', entry('device', 'info', 'Device disconnected', 'The device can no longer be reached.')],
  ['device_joined', entry('audit', 'info', 'Device joined', 'A new device joined the house.')],
  ['device_created', entry('audit', 'info', 'Device created', 'An administrator made an identity for a device.')],
  ['device_renamed', entry('audit', 'info', 'Device renamed', 'The device has a new name.')],
  ['device_revoked', entry('audit', 'warning', 'Device revoked', 'The device may no longer connect.')],
  ['device_invited', entry('audit', 'info', 'Device invited', 'A join token was made.')],
  ['user_created', entry('audit', 'info', 'User created', 'A person may use this hub.')],
  ['user_updated', entry('audit', 'info', 'User changed', 'An account was changed.')],
  ['token_created', entry('audit', 'info', 'Token created', 'A program may speak for a person.')],
  ['api_call', entry('audit', 'info', 'Admin request', 'A request came through the admin door.')],
  ['persona_switch', entry('persona', 'info', 'Persona switched', 'Another persona speaks.')],
  ['session_start', entry('session', 'info', 'Session started', 'A conversation began.')],
  ['session_end', entry('session', 'info', 'Session ended', 'A conversation ended.')],
  ['handoff', entry('session', 'info', 'Handoff', 'A conversation moved to another device.')],
  ['turn_refused', entry('session', 'warning', 'Turn refused', 'Somebody spoke and no hub was there to listen.')],
  ['error', entry('device', 'error', 'Error', 'Something went wrong.')],
  ['health_changed', entry('device', 'info', 'Health changed', 'A health flag of the device changed.')],
  ['sensor_failed', entry('device', 'warning', 'Sensor failed', 'A sensor cannot be read.')],
  [
    'sensors_refused',
    entry('device', 'warning', 'Sensors refused', 'The device introduced sensors that are not taken.'),
  ],
  ['sensor_removed', entry('audit', 'info', 'Sensor removed', 'A person took a sensor out of the house.')],
  ['sensor_recovered', entry('device', 'info', 'Sensor recovered', 'A sensor can be read again.')],
  [
    'outbox_restored',
    entry('device', 'warning', 'Outbox restored', 'The device runs from an older copy of its outbox.'),
  ],
  ['button_pressed', entry('device', 'info', 'Button pressed', 'A button of the device was pressed.')],
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
  ['central_row_kept', entry('system', 'info', 'Central row kept', 'A row that central removed is still in use here.')],
  ['scope_left', entry('system', 'info', 'Scope withdrawn', 'Central no longer manages these rows for this house.')],
  ['hub_started', entry('system', 'info', 'Hub started', 'The hub started.')],
  ['hub_degraded', entry('system', 'error', 'Hub degraded', 'The hub cannot store.')],
  ['hub_recovered', entry('system', 'info', 'Hub recovered', 'The hub stores again.')],
  ['retention_changed', entry('audit', 'info', 'Retention changed', 'Something is kept for another time now.')],
  ['disk_space_low', entry('system', 'warning', 'Disk space low', "The hub's disk is filling up.")],
  ['thinned', entry('system', 'warning', 'Data thinned', 'The disk was filling up, so older data made room.')],
  [
    'database_restored',
    entry('system', 'critical', 'Database restored', 'The database was damaged and a backup took its place.'),
  ],
])

/** The entry of a type; one made from its name where the table has none. */
export function eventType(type: string): EventType {
  const known = EVENT_TYPES.get(type)
  if (known) return known
  const words = type.replaceAll('_', ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { title, category: 'device', severity: 'info', description: `${title}.` }
}
