import { afterEach } from 'vitest'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { Effect } from '../../../hub/engine/input.ts'
import type { SyncStep } from '../../../hub/engine/sync-step.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { type CentralServer, connected } from '../../central/postgres-servers.ts'
import { openTestHouse, type TestHouse } from '../engine/engine-in-memory.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from './house-with-central.ts'

type Json = Record<string, unknown>

/** A house whose site was granted scopes of central's rows. */
export interface HouseWithScopes extends HouseWithCentral {
  admin: string
  site: string
  /** Every effect of a step that the pump had written down. */
  effects: Effect[]
  grant(scope: string): Promise<void>
  revoke(scope: string): Promise<void>
  put(scope: string, table: string, row: Json & { id: string }): Promise<void>
  remove(scope: string, table: string, key: string): Promise<void>
  /** Resolves when the house told central how it took the newest change of the scope, and returns that. */
  taken(scope: string): Promise<{ ok: boolean; refused: { table: string; key: string; reason: string }[] }>
  /** Compares every scope with central, as a hub does after each handshake, and returns what it reported of one. */
  compared(scope: string): ReturnType<HouseWithScopes['taken']>
  /** As `until`, without the pauses of a pump that has nothing to do. */
  soon(what: string, holds: () => boolean): Promise<void>
  one<T = Json>(sql: string, ...values: unknown[]): T | undefined
  events(type: string): Json[]
}

/** Houses made with what this returns end with their test. */
export function useHouses(central: CentralServer): () => Promise<HouseWithScopes> {
  const running: HouseWithCentral[] = []
  afterEach(async () => {
    for (const house of running.splice(0)) await house.kill()
  })
  return async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const house = openTestHouse()
    const effects: Effect[] = []
    const base = houseWithCentral(url, { persist: persisting(house, effects) }, house)
    const extended: HouseWithScopes = Object.assign(base, more(base, { admin, site, effects }))
    running.push(extended)
    return extended
  }
}

function persisting(house: TestHouse, effects: Effect[]): (step: SyncStep) => Promise<unknown> {
  return async (step) => {
    const writer = new BatchWriter()
    writer.input({ kind: 'sync', change: step })
    const result = house.engine.process(writer.finish(), { now: house.now, clockSynced: true })
    effects.push(...result.effects)
    return structuredClone(result.values[0]?.[1])
  }
}

function more(
  base: HouseWithCentral,
  { admin, site, effects }: { admin: string; site: string; effects: Effect[] },
): Omit<HouseWithScopes, keyof HouseWithCentral> {
  const { house } = base
  const taken: HouseWithScopes['taken'] = (scope) =>
    // One connection: to log in takes a server longer than to answer.
    connected(admin, async (client) => {
      const deadline = systemClock.mono() + 20_000
      for (;;) {
        base.pump.wake()
        const found = await client.query<Awaited<ReturnType<typeof taken>>>(
          'SELECT t.ok, t.refused FROM lares.scope_states t JOIN lares.scopes s USING (scope) WHERE t.site_id = $1 AND scope = $2 AND t.seq = s.counter',
          [site, scope],
        )
        const [state] = found.rows
        if (state) return state
        if (systemClock.mono() > deadline)
          throw new Error(`${scope} was not taken: ${base.pump.state.mode}, ${base.pump.state.lastError}`)
        await wait(systemClock, 5)
      }
    })
  return {
    admin,
    site,
    effects,
    async grant(scope) {
      await rows(admin, 'INSERT INTO lares.scopes (scope) VALUES ($1) ON CONFLICT DO NOTHING', [scope])
      await rows(admin, 'INSERT INTO lares.scope_sites (scope, site_id) VALUES ($1, $2)', [scope, site])
    },
    async revoke(scope) {
      await rows(admin, 'DELETE FROM lares.scope_sites WHERE scope = $1 AND site_id = $2', [scope, site])
    },
    async put(scope, table, row) {
      await rows(admin, 'INSERT INTO lares.scopes (scope) VALUES ($1) ON CONFLICT DO NOTHING', [scope])
      await rows(admin, 'SELECT lares.put_row($1, $2, $3, $4)', [scope, table, row.id, JSON.stringify(row)])
    },
    async remove(scope, table, key) {
      await rows(admin, 'SELECT lares.remove_row($1, $2, $3)', [scope, table, key])
    },
    taken,
    async compared(scope) {
      await base.kill()
      await rows(admin, 'DELETE FROM lares.scope_states WHERE site_id = $1', [site])
      base.restart()
      return await taken(scope)
    },
    soon: (what, holds) =>
      base.until(what, () => {
        base.pump.wake()
        return holds()
      }),
    one: (sql, ...values) => house.all(sql, ...values)[0] as never,
    events: (type) =>
      house
        .all<{ event_data: string }>('SELECT event_data FROM events WHERE event_type = ? ORDER BY id', type)
        .map(({ event_data }) => JSON.parse(event_data) as Json),
  }
}
