import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import { readSyncMemory } from '../../../hub/engine/sync-memory.ts'
import type { SyncStep } from '../../../hub/engine/sync-step.ts'
import { centralTables } from '../../../hub/store/central-tables.ts'
import { Pump, type PumpParts } from '../../../hub/sync/pump.ts'
import { type SyncStatus, statusOf } from '../../../hub/sync/sync-status.ts'
import { type Clock, systemClock, wait } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'

export const TABLES = centralTables()

/** A server that comes back slowly has been tried often by then; a test must not wait as long as a house does. */
const PATIENCE = { longestRetryMs: 20 }

/** Central's clock runs, so the pump's does too, but it waits no longer than this. What cuts off work that hangs stays. */
export const HASTY: Clock = {
  ...systemClock,
  after: (ms, run) => systemClock.after(ms > 60_000 ? ms : Math.min(ms, 20), run),
}

/** A house in memory whose pump talks to a real central. */
export interface HouseWithCentral {
  house: TestHouse
  pump: Pump
  /** Starts a pump over what the engine wrote down, as a new process would. */
  restart(more?: Partial<PumpParts>): void
  /** Ends the pump without letting it write anything more down. */
  kill(): Promise<void>
  persist(step: SyncStep): unknown
  status(): SyncStatus
  /** Resolves when nothing waits any more. Rejects after `ms`. */
  settled(ms?: number): Promise<void>
  until(what: string, holds: () => boolean, ms?: number): Promise<void>
}

export function houseWithCentral(
  url: string,
  options: Partial<PumpParts> = {},
  house = openTestHouse(),
): HouseWithCentral {
  const persist = (step: SyncStep): unknown => {
    const writer = new BatchWriter()
    writer.input({ kind: 'sync', change: step })
    const { values } = house.engine.process(writer.finish(), { now: house.now, clockSynced: true })
    return structuredClone(values[0]?.[1])
  }
  const open = (more: Partial<PumpParts>) =>
    new Pump({
      ...readSyncMemory(house.db),
      db: house.db,
      tables: TABLES,
      url,
      version: 'test',
      clock: HASTY,
      log: silentLog,
      persist: async (step) => persist(step),
      mint: randomUUID,
      bytesPerSecond: null,
      ...options,
      ...more,
      limits: { ...PATIENCE, ...options.limits, ...more.limits },
    })
  const self: HouseWithCentral = {
    house,
    pump: open({}),
    persist,
    restart(more = {}) {
      self.pump = open(more)
      self.pump.start()
    },
    kill: () => self.pump.stop(),
    status: () =>
      statusOf(self.pump.state, {
        waiting: self.pump.waiting,
        changes: self.pump.changes,
        lastSent: self.pump.lastSent,
        tally: self.pump.source.tally(),
        now: house.now,
      }),
    async settled(ms = 20_000) {
      await self.until(
        'everything is at central',
        () => {
          if (self.pump.state.mode !== 'running' || self.pump.state.saving || self.pump.state.unsaved.length > 0)
            return false
          const { waiting, changes } = self.pump.source.look()
          return (
            changes.waiting === 0 &&
            waiting.every(({ rows }) => rows === 0) &&
            self.pump.state.identity.pruneFrom === null
          )
        },
        ms,
      )
    },
    async until(what, holds, ms = 20_000) {
      const deadline = systemClock.mono() + ms
      while (!holds()) {
        if (systemClock.mono() > deadline)
          throw new Error(`waited in vain until ${what}: ${self.pump.state.mode}, ${self.pump.state.lastError}`)
        await wait(systemClock, 5)
      }
    },
  }
  return self
}

export async function rows<T = Record<string, unknown>>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as T[]
  } finally {
    await client.end()
  }
}

/** Makes a site with its role; returns what the hub connects with. `admin` is a superuser's address of the database. */
export async function addSite(admin: string, name: string): Promise<{ url: string; site: string; role: string }> {
  const role = `lares_site_${name}_${randomUUID().slice(0, 8)}`
  await rows(admin, `CREATE ROLE "${role}" LOGIN PASSWORD 'secret' IN ROLE lares_site`)
  const [site] = await rows<{ site_id: string }>(
    admin,
    'INSERT INTO lares.sites (name) VALUES ($1) RETURNING site_id',
    [name],
  )
  await rows(admin, "INSERT INTO lares.site_grants (grantee, site_id, kind) VALUES ($1, $2, 'site')", [
    role,
    site?.site_id,
  ])
  const url = new URL(admin)
  url.username = role
  url.password = 'secret'
  return { url: url.href, site: String(site?.site_id), role }
}
