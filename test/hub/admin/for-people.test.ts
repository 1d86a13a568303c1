import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../../cli/commands.ts'
import { showAnswer } from '../../../cli/show-answer.ts'
import { SYNC_OFF } from '../../../hub/sync/sync-status.ts'
import type { DescribedCommand, JsonSchema } from '../../../shared/admin/described-command.ts'
import { MESSAGES } from '../../../shared/messages/index.ts'
import { widthOf } from '../../../shared/terminal/text-width.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import { START } from '../engine/engine-in-memory.ts'
import { KNOWN, lived } from './lived-house.ts'

type Name = `${string}/${string}`

const nameOf = ({ area, verb }: DescribedCommand): Name => `${area}/${verb}`
const NOW = START + 90_000

/** What the threads that see no database say, as a hub that has something to say of everything. */
const FRONT = {
  health: {
    state: 'attention',
    at: NOW,
    clock: 'synced',
    problems: [{ code: 'disk_space_low', message: "the hub's disk is 87 % full", hint: 'Free space there.' }],
  },
  devices: {},
  broker: { sessions: 1, queuedBytes: 48_044 },
  sync: { ...SYNC_OFF, state: 'running', last_sent: NOW - 7_200_000, rows_behind: 2, seconds_behind: 5_000 },
  queue_depth: 3,
  wal_bytes: 1_104_192,
  commit_ms: 0.31,
  rss_mb: 255,
  storage: {
    disk_total_bytes: 32e9,
    disk_free_bytes: 4.2e9,
    database_bytes: 48_044,
    last_backup: NOW - 720_000,
    last_scrub: NOW - 720_000,
  },
}

/** Where an answer shows what somebody else sent, as it was sent. */
const AS_SENT: ReadonlyMap<string, RegExp> = new Map([
  ['rejected/list', /'?[{}]'?/g],
  ['trace/reading', /'?[{}]'?/g],
  ['trace/turn', /'?[{}]'?/g],
  // Its answer are the JSON Schemas themselves: nobody but a program reads them.
  ['admin/describe', /[\s\S]*/g],
])

/** The answer to the first example, as a hub gives it. */
function answerOf(name: Name): unknown {
  const command = findDescribed(knownCommands(), ...(name.split('/') as [string, string]))
  const house = lived()
  house.db.exec(KNOWN[name]?.before ?? '')
  const heartbeat = MESSAGES.heartbeat.sample
  house.db.prepare('UPDATE devices SET current_state = ?, last_heartbeat = ?').run(JSON.stringify(heartbeat), START)
  const prepared =
    name === 'hub/status' ? FRONT : name === 'hub/log' ? [LOG_LINE] : (KNOWN[name]?.prepared ?? undefined)
  const params = command?.examples[0]?.params ?? {}
  try {
    return query(house, name, params)
  } catch {
    return data(ask(house, commandInput(name, params, { prepared })))
  }
}

const LOG_LINE = JSON.stringify({
  ...{ level: 30, time: NOW, msg: 'the hub listens', since_process_ms: 1_885 },
  ...{ start_ms: { store: 1_760, web: 1_001 }, folder: '/data', size_bytes: 48_044 },
})

/** Every number of an answer that is a time, a span or a size, by its schema or its name, as digits. */
function measures(value: unknown, schema: JsonSchema | undefined, name = ''): string[] {
  const own = schema?.anyOf?.find(({ type }) => type !== 'null') ?? schema
  if (Array.isArray(value)) return value.flatMap((one) => measures(one, own?.items, name))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => measures(inner, own?.properties?.[key], key))
  const isMeasure =
    ['time', 'duration-ms', 'duration-s', 'bytes'].includes(own?.format ?? '') ||
    /(?:^|_)(?:ms|mono|s|bytes|mb)$/.test(name)
  return typeof value === 'number' && isMeasure && value >= 1_000 ? [String(value)] : []
}

describe('what a person reads', () => {
  it.each(knownCommands().map((command) => [nameOf(command), command] as const))(
    'of %s has no raw time, span or size, and no JSON',
    (name, command) => {
      const answer = answerOf(name)
      const raw = measures(answer, command.result)
      for (const width of [null, 60, 80, 120]) {
        const whole = showAnswer(command, answer, { width, now: NOW, isTerminal: false })
        const shown = whole.replace(AS_SENT.get(name) ?? /^$/, '')
        expect(shown).not.toMatch(/[{}]|\[\]|":|\d{4}-\d\d-\d\dT\d\d/)
        expect(shown).not.toMatch(/(?<!\d)1[5-9]\d{11}(?!\d)/)
        for (const digits of raw) expect(shown.match(/[\w.-]+/g) ?? []).not.toContain(digits)
        if (width !== null && shown !== '') expect(tooWide(shown, width)).toEqual([])
      }
    },
  )

  it.each(knownCommands().map((command) => [nameOf(command), command] as const))(
    'of %s is said by its schema, wherever a name speaks of a time or a size',
    (_name, { result }) => {
      expect(unsaid(result)).toEqual([])
    },
  )
})

/** Lines beyond the screen that have a place where they could be parted: an id or a secret is copied whole. */
function tooWide(shown: string, width: number): string[] {
  return shown.split('\n').filter((line) => {
    const longest = Math.max(...line.trim().split(/\s+/).map(widthOf))
    return widthOf(line) > width && longest < width / 2
  })
}

/** Fields that are numbers and whose names say that they are times or sizes, and whose schemas do not. */
function unsaid(schema: JsonSchema | undefined, path = ''): string[] {
  if (schema === undefined) return []
  const kinds = [schema, ...(schema.anyOf ?? [])]
  const isNumber = kinds.some(({ type }) => type === 'integer' || type === 'number')
  const name = path.split('.').at(-1) ?? ''
  const speaks = /(?:^|_)(?:at|time|since|until|seen|heartbeat|sent|bytes|ms)$/.test(name)
  const says = kinds.some(({ format }) => format !== undefined)
  return [
    ...(isNumber && speaks && !says ? [path] : []),
    ...(schema.anyOf ?? []).flatMap((one) => unsaid(one, path)),
    ...unsaid(schema.items, `${path}[]`),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => unsaid(inner, `${path}.${key}`)),
  ]
}
