/** What of a house completes a value, by the command that lists it. */
export interface ValueKind {
  list: readonly [area: string, verb: string]
  /** The list in its answer. */
  rows: string
  /** What names a row; the first that can be typed as it stands. */
  names: readonly string[]
}

export const VALUE_KINDS: ReadonlyMap<string, ValueKind> = new Map<string, ValueKind>([
  ['devices', { list: ['devices', 'list'], rows: 'devices', names: ['id'] }],
  ['sensors', { list: ['readings', 'latest'], rows: 'readings', names: ['sensor'] }],
  ['houses', { list: ['houses', 'list'], rows: 'houses', names: ['name', 'id'] }],
  ['rooms', { list: ['rooms', 'list'], rows: 'rooms', names: ['name', 'id'] }],
  ['groups', { list: ['groups', 'list'], rows: 'groups', names: ['name', 'id'] }],
  ['users', { list: ['users', 'list'], rows: 'users', names: ['email'] }],
  ['people', { list: ['people', 'list'], rows: 'people', names: ['name', 'id'] }],
  ['bridges', { list: ['bridges', 'list'], rows: 'bridges', names: ['bridge'] }],
  ['makers', { list: ['makers', 'list'], rows: 'makers', names: ['name', 'id'] }],
  ['rules', { list: ['alert-rules', 'list'], rows: 'rules', names: ['name', 'id'] }],
  ['entities', { list: ['entities', 'list'], rows: 'entities', names: ['entity_id'] }],
  ['places', { list: ['backups', 'places'], rows: 'places', names: ['place'] }],
])

/** The words themselves: the commands of the hub that is meant. */
export const WORDS_KIND = 'words'
/** Names of logins, which no hub is asked for. */
export const LOGINS_KIND = 'logins'

const BY_PARAM: ReadonlyMap<string, string> = new Map([
  ['house', 'houses'],
  ['room', 'rooms'],
  ['group', 'groups'],
  ['email', 'users'],
  ['owner', 'users'],
  ['carried-by', 'users'],
  ['person', 'people'],
  ['bridge', 'bridges'],
  ['maker', 'makers'],
  ['rule', 'rules'],
  ['entity', 'entities'],
  ['place', 'places'],
])

/** What completes the value of an option, where it is something of the house. `area`: of the command. */
export function valueKindOf(
  name: string,
  { area, format }: { area: string; format?: string | undefined },
): string | null {
  if (format === 'device') return 'devices'
  if (format === 'sensor') return 'sensors'
  // Logging in names hubs, and no houses.
  if (name === 'hub') return LOGINS_KIND
  // The places that Home Assistant is shown at are no places of backups.
  return area === 'homeassistant' ? null : (BY_PARAM.get(name) ?? null)
}
