import type { ListShape, Row, SectionShape } from './list-shape.ts'

const named =
  (field: string, from = 'name') =>
  (row: Row) => ({ [field]: row[from] })

const isOn = (row: Row) => row.is_enabled === true

const ROOMS: ListShape = {
  ...{ name: 'rooms', command: 'rooms/list', rows: 'rooms', add: 'rooms/create' },
  columns: ['name', 'room_type', 'floor', 'devices', 'house'],
  actions: [{ command: 'rooms/remove', label: 'remove', params: named('room', 'id'), dangerous: true }],
}

const GROUPS: ListShape = {
  ...{ name: 'groups', command: 'groups/list', rows: 'groups', add: 'groups/create' },
  columns: ['name', 'description', 'devices', 'house'],
  actions: [{ command: 'groups/remove', label: 'remove', params: named('group', 'id'), dangerous: true }],
}

const PEOPLE: ListShape = {
  ...{ name: 'people', command: 'people/list', rows: 'people', add: 'people/add' },
  columns: ['name', 'email', 'role', 'is_present', 'last_seen', 'house'],
  actions: [
    { ...{ command: 'people/presence', label: 'isHome' }, params: (row) => ({ person: row.id, state: 'here' }) },
    { ...{ command: 'people/presence', label: 'isAway' }, params: (row) => ({ person: row.id, state: 'away' }) },
    { command: 'people/remove', label: 'remove', params: named('person', 'id'), dangerous: true },
  ],
}

const HOUSES: ListShape = {
  ...{ name: 'houses', command: 'houses/list', rows: 'houses', add: 'houses/create' },
  columns: ['name', 'address', 'timezone', 'devices', 'rooms', 'people'],
}

const USERS: ListShape = {
  ...{
    name: 'users',
    command: 'users/list',
    rows: 'users',
    add: 'users/create',
    also: ['users/token', 'users/update'],
  },
  actions: [{ command: 'users/delete', label: 'remove', params: named('email', 'email'), dangerous: true }],
}

const TOKENS: ListShape = {
  ...{ name: 'tokens', command: 'tokens/list', rows: 'tokens', add: 'users/token' },
  actions: [{ command: 'tokens/revoke', label: 'revoke', params: named('token', 'id'), dangerous: true }],
}

const PROGRAMS: ListShape = {
  ...{ name: 'programs', command: 'programs/list', rows: 'programs', add: 'programs/create', also: ['programs/token'] },
}

const BRIDGES: ListShape = {
  ...{ name: 'bridges', command: 'bridges/list', rows: 'bridges', add: 'bridges/add', also: ['bridges/password'] },
  actions: [{ command: 'bridges/remove', label: 'remove', params: named('bridge', 'bridge'), dangerous: true }],
}

const SOURCES: ListShape = { name: 'sources', command: 'makers/sources', rows: 'sources' }

const REJECTED: ListShape = {
  name: 'rejected',
  live: true,
  command: 'rejected/list',
  params: { limit: 100 },
  rows: 'rejected',
}

const SYNC: ListShape = { name: 'sync', live: true, command: 'sync/status', also: ['sync/verify', 'sync/claim'] }

const QUARANTINE: ListShape = {
  ...{ name: 'quarantine', command: 'quarantine/list', rows: 'quarantine' },
  actions: [
    { command: 'quarantine/retry', label: 'again', params: named('id', 'id') },
    { command: 'quarantine/discard', label: 'discard', params: named('id', 'id'), dangerous: true },
  ],
}

/** What a person may give up, and what may be done all the same. */
const GIVEN_UP: readonly unknown[] = ['waiting', 'running', 'failed']
const AGAIN: readonly unknown[] = ['failed', 'cancelled']

const JOBS: ListShape = {
  ...{ name: 'jobs', live: true, command: 'jobs/list', rows: 'jobs' },
  actions: [
    { command: 'jobs/retry', label: 'again', params: named('id', 'id'), of: ({ state }) => AGAIN.includes(state) },
    { command: 'jobs/cancel', label: 'cancel', params: named('id', 'id'), of: ({ state }) => GIVEN_UP.includes(state) },
  ],
}

const FOLLOWERS: ListShape = {
  name: 'followers',
  command: 'followers/list',
  rows: 'followers',
  also: ['followers/skip'],
}

const RETENTION: ListShape = {
  ...{ name: 'retention', command: 'retention/show', rows: 'classes', also: ['retention/set'] },
  columns: ['class', 'days', 'rows', 'oldest', 'default'],
}

const WEAR: ListShape = { name: 'wear', command: 'hub/wear' }
const SECRETS: ListShape = {
  ...{ name: 'secrets', command: 'secrets/list', rows: 'secrets' },
  also: ['secrets/set', 'secrets/rotate'],
}
const SEARCH: ListShape = { name: 'search', command: 'search/status', also: ['search/rebuild'] }
const LOG: ListShape = { name: 'log', command: 'hub/log', also: ['hub/log-level'] }

const ALERTS: ListShape = {
  ...{ name: 'alerts', live: true, command: 'alerts/list', params: { all: true, limit: 100 }, rows: 'alerts' },
  columns: ['severity', 'says', 'state', 'raised_at', 'ended_at', 'rule'],
  actions: [
    {
      ...{ command: 'alerts/acknowledge', label: 'seen' },
      params: named('alert', 'id'),
      of: ({ state }) => state === 'open',
    },
  ],
}

const ALERT_RULES: ListShape = {
  ...{
    name: 'rules',
    command: 'alert-rules/list',
    rows: 'rules',
    add: 'alert-rules/add',
    also: ['alert-rules/update'],
  },
  columns: ['name', 'says', 'severity', 'targets', 'quiet', 'is_enabled', 'open'],
  actions: [
    { command: 'alert-rules/test', label: 'test', params: named('rule', 'id') },
    { command: 'alert-rules/disable', label: 'switchOff', params: named('rule', 'id'), of: isOn },
    { command: 'alert-rules/enable', label: 'switchOn', params: named('rule', 'id'), of: (row) => !isOn(row) },
    { command: 'alert-rules/remove', label: 'remove', params: named('rule', 'id'), dangerous: true },
  ],
}

const ALERT_TARGETS: ListShape = {
  ...{ name: 'targets', command: 'alerts/targets', rows: 'targets', also: ['alerts/test'] },
  columns: ['target', 'kind', 'state', 'at', 'error', 'least', 'is_default'],
}

const LOGINS: ListShape = {
  ...{ name: 'logins', command: 'users/sessions', rows: 'sessions' },
  columns: ['email', 'agent', 'address', 'last_used_at', 'is_connected', 'ends_at'],
  actions: [
    {
      command: 'users/end-session',
      label: 'end',
      params: named('session', 'session'),
      of: (row) => row.is_this !== true,
    },
  ],
}

const BACKUPS: ListShape = {
  ...{ name: 'backups', command: 'backups/list', rows: 'backups', also: ['backups/make'] },
  columns: ['place', 'name', 'made_at', 'bytes', 'verified_at', 'fault'],
  actions: [
    { command: 'backups/verify', label: 'verify', params: (row) => ({ name: row.name, place: row.place }) },
    {
      ...{ command: 'backups/restore', label: 'restore', shows: true, dangerous: true },
      params: (row) => ({ name: row.name, place: row.place }),
      of: (row) => row.fault === null,
    },
    {
      ...{ command: 'backups/how-to-restore', label: 'howToRestore', shows: true },
      params: (row) => ({ name: row.name, place: row.place }),
    },
  ],
}

const RESTORING: ListShape = { name: 'restoring', live: true, command: 'backups/restoring' }

const BACKUP_PLACES: ListShape = {
  ...{ name: 'places', live: true, command: 'backups/places', rows: 'places', also: ['backups/make'] },
  columns: ['place', 'state', 'newest', 'backups', 'bytes', 'phase', 'done', 'total', 'error'],
}

const HOME_ASSISTANT: ListShape = { name: 'homeassistant', command: 'homeassistant/list', rows: 'places' }

/** Pages that are lists. Each list is one command's answer; a command that is not here is in the console. */
export const HOUSE: SectionShape = {
  ...{ path: '/house', title: (words) => words.menu.house },
  lists: [ROOMS, GROUPS, PEOPLE, HOUSES, SOURCES, HOME_ASSISTANT],
}

export const TOLD: SectionShape = {
  ...{ path: '/alerts', title: (words) => words.menu.alerts },
  lists: [ALERTS, ALERT_RULES, ALERT_TARGETS],
}

export const ACCESS: SectionShape = {
  ...{ path: '/access', title: (words) => words.menu.people },
  lists: [USERS, LOGINS, TOKENS, PROGRAMS, BRIDGES, SECRETS],
}

export const SYSTEM: SectionShape = {
  ...{ path: '/system', title: (words) => words.menu.system },
  lists: [BACKUPS, BACKUP_PLACES, RESTORING, WEAR, RETENTION, SYNC, QUARANTINE, JOBS, FOLLOWERS, REJECTED, SEARCH, LOG],
}
