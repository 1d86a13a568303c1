import type { MessageName } from './messages/index.ts'
import type { Right } from './rights.ts'

/**
 * Who takes part. `device` is bound to its own `<device>` level, `joiner`, `person`, `integration`, `program` and `local`
 * to their own `<client>` level; `hub` is this program itself. A `bridge` speaks for devices of other makers below prefixes of its
 * own, and none of these topics is open to it.
 */
export type Party = 'device' | 'joiner' | 'person' | 'integration' | 'program' | 'bridge' | 'local' | 'hub'

export interface TopicRow {
  /** Levels below the base topic; `<name>` stands for one level. */
  pattern: string
  message: MessageName
  qos: 0 | 1
  retain: boolean
  /** Who may publish it, and who may read it. The access rights are these lists, with `needs`, and nothing else. */
  from: readonly Party[]
  to: readonly Party[]
  /** The right that whoever reads it must have in the house of its device, or in all where it names none; absent: none. */
  needs?: { area: string; right: Right }
}

const PEOPLE = ['person', 'integration', 'program', 'local'] as const

/** From a device to the hub, and back. */
const UP = { from: ['device'], to: ['hub'] } as const
const DOWN = { from: ['hub'], to: ['device'] } as const

/** Every topic of the protocol. Adding one is adding a line here and a file in messages/. */
export const TOPICS = {
  birth: { pattern: '<device>/birth', message: 'birth', qos: 1, retain: false, ...UP },
  will: { pattern: '<device>/will', message: 'will', qos: 1, retain: false, ...UP },
  heartbeat: { pattern: '<device>/heartbeat', message: 'heartbeat', qos: 0, retain: false, ...UP },
  readings: { pattern: '<device>/readings', message: 'readings', qos: 1, retain: false, ...UP },
  event: {
    pattern: '<device>/event',
    message: 'event',
    qos: 1,
    retain: false,
    from: ['device', 'hub'],
    to: ['hub', ...PEOPLE],
    needs: { area: 'events', right: 'read' },
  },
  wake: { pattern: '<device>/wake', message: 'wake', qos: 1, retain: false, ...UP },
  turn: { pattern: '<device>/turn', message: 'turn', qos: 1, retain: false, ...UP },
  audio: { pattern: '<device>/audio/<turn>', message: 'audio-frame', qos: 0, retain: false, ...UP },
  playback: { pattern: '<device>/playback', message: 'playback', qos: 1, retain: false, ...UP },
  result: { pattern: '<device>/result', message: 'result', qos: 1, retain: false, ...UP },
  reported: { pattern: '<device>/reported', message: 'reported', qos: 1, retain: false, ...UP },
  ack: { pattern: '<device>/ack', message: 'ack', qos: 1, retain: false, ...DOWN },
  rejected: { pattern: '<device>/rejected', message: 'rejected', qos: 0, retain: false, ...DOWN },
  command: { pattern: '<device>/command', message: 'command', qos: 1, retain: false, ...DOWN },
  desired: { pattern: '<device>/desired', message: 'desired', qos: 1, retain: true, ...DOWN },
  session: { pattern: '<device>/session', message: 'session', qos: 1, retain: false, ...DOWN },
  speech: { pattern: '<device>/speech/<speech>', message: 'audio-frame', qos: 0, retain: false, ...DOWN },
  set: { pattern: '<device>/set/<entity>', message: 'entity-set', qos: 1, retain: false, from: PEOPLE, to: ['hub'] },
  status: {
    pattern: '<device>/status',
    message: 'status',
    qos: 1,
    retain: true,
    from: ['hub'],
    to: ['device', ...PEOPLE],
    needs: { area: 'devices', right: 'see' },
  },
  state: {
    pattern: '<device>/state/<entity>',
    message: 'state',
    qos: 1,
    retain: true,
    from: ['hub'],
    to: PEOPLE,
    needs: { area: 'readings', right: 'see' },
  },
  adminRequest: {
    pattern: 'admin/request/<area>/<verb>',
    message: 'admin-request',
    qos: 1,
    retain: false,
    from: PEOPLE,
    to: ['hub'],
  },
  adminResponse: {
    pattern: 'admin/response/<client>/<area>/<verb>',
    message: 'admin-response',
    qos: 1,
    retain: false,
    from: ['hub'],
    to: PEOPLE,
  },
  adminEvent: {
    pattern: 'admin/event',
    message: 'admin-event',
    qos: 0,
    retain: false,
    from: ['hub'],
    to: PEOPLE,
    needs: { area: 'events', right: 'administer' },
  },
  hubInfo: { pattern: 'hub/info', message: 'hub-info', qos: 1, retain: true, from: ['hub'], to: ['device', ...PEOPLE] },
  hubHealth: { pattern: 'hub/health', message: 'hub-health', qos: 1, retain: true, from: ['hub'], to: PEOPLE },
  joinRequest: {
    pattern: 'join/<client>/request',
    message: 'join-request',
    qos: 1,
    retain: false,
    from: ['joiner'],
    to: ['hub'],
  },
  joinResponse: {
    pattern: 'join/<client>/response',
    message: 'join-response',
    qos: 1,
    retain: false,
    from: ['hub'],
    to: ['joiner'],
  },
} as const satisfies Record<string, TopicRow>

export type TopicName = keyof typeof TOPICS

export const TOPIC_NAMES = Object.keys(TOPICS) as TopicName[]

/** The row of a topic, without the narrowness of its literal type. */
export function topicRow(name: TopicName): TopicRow {
  return TOPICS[name]
}

type LevelNames<P extends string> = P extends `${infer Level}/${infer Rest}`
  ? LevelNames<Level> | LevelNames<Rest>
  : P extends `<${infer Name}>`
    ? Name
    : never

/** The levels that a topic of this name needs filled in. */
export type TopicLevels<N extends TopicName> = Record<LevelNames<(typeof TOPICS)[N]['pattern']>, string>

/** What a topic says: its row's name and the text of each named level. */
export interface ParsedTopic {
  name: TopicName
  levels: Readonly<Record<string, string>>
}

interface CompiledRow {
  name: TopicName
  levels: { name: string | null; text: string }[]
}

const NAMED = /^<(\w+)>$/

/** Rows with a literal first level come first, so that `admin`, `hub` and `join` are never read as devices. */
const COMPILED: CompiledRow[] = TOPIC_NAMES.map((name) => ({
  name,
  levels: TOPICS[name].pattern.split('/').map((text) => ({ name: NAMED.exec(text)?.[1] ?? null, text })),
})).sort((a, b) => Number(a.levels[0]?.name !== null) - Number(b.levels[0]?.name !== null))

const RESERVED = new Set(COMPILED.filter((row) => row.levels[0]?.name === null).map((row) => row.levels[0]?.text))

/** Whether the level below the base can never be a device. */
export function isReserved(level: string | undefined): boolean {
  return RESERVED.has(level)
}

/** Topics below one base. Base and client ids may not contain wildcards or empty levels. */
export interface Topics {
  readonly base: string
  /** The full topic. Throws when a level is empty or holds `/`, `+` or `#`: that is a fault of the caller. */
  build<N extends TopicName>(name: N, levels: TopicLevels<N>): string
  /** `null` when the topic is none of ours. */
  parse(topic: string): ParsedTopic | null
  /** The filter of all topics with this name, with `+` for each level that is not given. */
  filter(name: TopicName, levels: Readonly<Record<string, string>>): string
}

export function topicsBelow(base: string): Topics {
  if (base === '' || base.split('/').some((level) => !isLevel(level)))
    throw new Error(`the base topic "${base}" has an empty level or a wildcard`)
  const prefix = `${base}/`
  return {
    base,
    build(name, levels) {
      const given: Readonly<Record<string, string>> = levels
      return (
        prefix +
        fill(name, (level) => {
          const text = given[level]
          if (text === undefined || !isLevel(text))
            throw new Error(`the level <${level}> of topic ${name} cannot be "${text}"`)
          return text
        })
      )
    },
    parse(topic) {
      if (!topic.startsWith(prefix)) return null
      const parts = topic.slice(prefix.length).split('/')
      for (const row of COMPILED) {
        const levels = match(row, parts)
        if (levels) return { name: row.name, levels }
      }
      return null
    },
    filter: (name, levels) => prefix + fill(name, (level) => levels[level] ?? '+'),
  }
}

function fill(name: TopicName, text: (level: string) => string): string {
  return topicRow(name)
    .pattern.split('/')
    .map((level) => {
      const named = NAMED.exec(level)?.[1]
      return named === undefined ? level : text(named)
    })
    .join('/')
}

function match(row: CompiledRow, parts: string[]): Record<string, string> | null {
  if (row.levels.length !== parts.length) return null
  if (row.levels[0]?.name !== null && RESERVED.has(parts[0] ?? '')) return null
  const levels: Record<string, string> = Object.create(null)
  for (const [index, level] of row.levels.entries()) {
    const part = parts[index]
    if (!part) return null
    if (level.name === null) {
      if (part !== level.text) return null
    } else levels[level.name] = part
  }
  return levels
}

/** Whether the text can be one level of a topic: neither empty nor with a separator or wildcard. */
export function isLevel(text: string): boolean {
  return text !== '' && !/[/+#\0]/.test(text)
}

/** Whether every topic that `filter` matches is matched by `allowed` too. */
export function covers(allowed: string, filter: string): boolean {
  const wide = allowed.split('/')
  const narrow = filter.split('/')
  for (const [index, level] of wide.entries()) {
    if (level === '#') return true
    const other = narrow[index]
    if (other === undefined || other === '#') return false
    if (level !== '+' && level !== other) return false
  }
  return wide.length === narrow.length
}

/** Whether any topic is matched by both filters. */
export function overlaps(one: string, other: string): boolean {
  const left = one.split('/')
  const right = other.split('/')
  for (let index = 0; ; index += 1) {
    const a = left[index]
    const b = right[index]
    // `#` matches the level above it too.
    if (a === '#' || b === '#') return true
    if (a === undefined || b === undefined) return a === b
    if (a !== '+' && b !== '+' && a !== b) return false
  }
}
