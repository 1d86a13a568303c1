import { ENGINE_PARTS } from '../../../hub/core/engine-parts.ts'
import { openHouseEngine } from '../../../hub/core/house-engine.ts'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { Engine } from '../../../hub/engine/engine.ts'
import type { OpenFeature } from '../../../hub/engine/feature.ts'
import type { Follower } from '../../../hub/engine/follower.ts'
import { type Effect, type StructuredInput, VERDICTS, type Verdict } from '../../../hub/engine/input.ts'
import type { JobKind } from '../../../hub/engine/job-kind.ts'
import { WriteBook } from '../../../hub/engine/write-book.ts'
import { hashSecret } from '../../../hub/features/devices/joining.ts'
import { nothingToSend, type Unsent } from '../../../hub/features/retention/unsent.ts'
import { openUnsent } from '../../../hub/features/sync/unsent-rows.ts'
import { type LoginRights, openLoginRights } from '../../../hub/features/users/login-rights.ts'
import { type Log, silentLog } from '../../../shared/log.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { topicsBelow } from '../../../shared/topics.ts'
import { KeysInMemory } from '../secrets/keys-in-memory.ts'
import { migratedHouse } from '../store/migrated.ts'

export const START = Date.UTC(2026, 0, 1)

/** A whole house in memory: no thread, no socket, no sleeping. */
export interface TestHouse {
  db: Database
  /** The keys of what is sealed. */
  keys: KeysInMemory
  engine: Engine
  now: number
  /** Whether the hub's clock follows a time source. */
  clockSynced: boolean | null
  /** Makes a device row and returns its id. */
  device(id: string, integration?: string): string
  /** One batch of device messages and inputs, in order. */
  send(...inputs: (readonly [topic: string, payload: unknown] | StructuredInput)[]): Verdict[]
  /** A structured input alone, and what it was answered. */
  input<T = unknown>(input: StructuredInput): { verdict: Verdict; value: T }
  /** Effects of the last batch or tick. */
  effects: Effect[]
  /** Payloads published to topics that end so, in the last batch. */
  published(suffix: string): Record<string, unknown>[]
  tick(ms: number): void
  all<T = Record<string, unknown>>(sql: string, ...values: unknown[]): T[]
  /** A new engine over the same database, as after a restart, with other followers or settings if they are named. */
  restart(changed?: { followers?: readonly Follower[]; settings?: Readonly<Record<string, unknown>> }): void
}

/** Callers of tests are made without accounts. */
const AS_AT_LOGIN: LoginRights = { of: (caller) => caller }

/** `db`: a house that lived before, in a database that is open and has its tables. `file`: where other threads see it. */
export function openTestHouse({
  log = silentLog,
  unsent = nothingToSend,
  logins = AS_AT_LOGIN,
  jobKinds = [],
  features = ENGINE_PARTS,
  followers = [],
  settings = {},
  file = ':memory:',
  db = migratedHouse(file),
  keys = new KeysInMemory(),
  forgetRemoved = () => true,
  writes = new WriteBook(db),
  now = START,
}: {
  log?: Log
  unsent?: Unsent
  /** What callers may; default: what they say, whether or not they have an account. */
  logins?: LoginRights
  jobKinds?: readonly JobKind[]
  /** Parts of the house; default: those of all features. */
  features?: readonly OpenFeature[]
  followers?: readonly Follower[]
  settings?: Readonly<Record<string, unknown>>
  file?: string
  db?: Database
  keys?: KeysInMemory
  forgetRemoved?: () => boolean
  writes?: WriteBook
  /** When it starts. */
  now?: number
} = {}): TestHouse {
  const topics = topicsBelow('lares')
  const open = (changed: Parameters<TestHouse['restart']>[0] = {}) =>
    openHouseEngine({
      ...{
        db,
        topics,
        log,
        version: 'test',
        jobKinds,
        features,
        followers,
        settings,
        keyring: keys.keyring(),
        forgetRemoved,
        writes,
        ...changed,
      },
      replaced: new Map<unknown, unknown>([
        [openUnsent, unsent],
        [openLoginRights, logins],
      ]),
    })
  const house: TestHouse = {
    db,
    keys,
    engine: open(),
    now,
    clockSynced: true,
    effects: [],
    device(id, integration = 'lares') {
      const home = db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
      db.prepare(
        'INSERT INTO devices (id, house_id, name, device_class, integration_type, auth_token_hash, status_since, discovery_method, created_at, updated_at) ' +
          "VALUES (?, ?, ?, 'sensor', ?, ?, ?, 'manual', ?, ?)",
      ).run(id, home, id, integration, hashSecret('secret'), START, START, START)
      return id
    },
    send(...inputs) {
      const writer = new BatchWriter()
      for (const input of inputs) {
        if ('kind' in input) writer.input(input)
        else {
          const [topic, payload] = input
          writer.message(
            topic,
            Buffer.isBuffer(payload)
              ? payload
              : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
          )
        }
      }
      const result = house.engine.process(writer.finish(), {
        now: house.now,
        clockSynced: house.clockSynced,
        mono: house.now,
      })
      house.effects = result.effects
      return [...result.verdicts].map((index) => VERDICTS[index] ?? 'refused')
    },
    input<T>(input: StructuredInput) {
      const writer = new BatchWriter()
      writer.input(input)
      const receipt = { now: house.now, clockSynced: house.clockSynced, mono: house.now }
      const { verdicts, values, effects } = house.engine.process(writer.finish(), receipt)
      house.effects = effects
      return { verdict: VERDICTS[verdicts[0] ?? -1] ?? 'refused', value: values.at(-1)?.[1] as T }
    },
    published(suffix) {
      return house.effects.flatMap((effect) =>
        effect.kind === 'publish' && effect.topic.endsWith(suffix)
          ? [JSON.parse(effect.payload || '{}') as Record<string, unknown>]
          : [],
      )
    },
    tick(ms) {
      house.now += ms
      house.effects = house.engine.tick({ now: house.now, clockSynced: house.clockSynced, mono: house.now })
    },
    all: (sql, ...values) => db.prepare(sql).all(...values) as never,
    restart(changed) {
      house.engine = open(changed)
      house.effects = house.engine.start({ now: house.now, clockSynced: house.clockSynced })
    },
  }
  house.effects = house.engine.start({ now, clockSynced: true })
  return house
}

/** A readings message of one sensor with the identity of an outbox row. */
export function reading(seq: number, value: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    epoch: 'e1',
    lane: 'live',
    seq,
    items: [{ sensor: 'cpu_temperature', value, kind: 'temperature', unit: '°C' }],
    ...more,
  }
}
