import { rows } from './house-with-central.ts'
import type { JoinedHouse } from './use-houses.ts'

/** What a person does at central for one house. */
export interface Administrator {
  makeScope(scope: string): Promise<void>
  grant(scope: string): Promise<void>
  revoke(scope: string): Promise<void>
  /** Returns the row's number in its scope. */
  put(scope: string, table: string, row: Record<string, unknown>): Promise<number>
  remove(scope: string, table: string, key: string): Promise<void>
  /** What the house said of a scope. */
  reported(scope: string): Promise<{ seq: number; ok: boolean; refused: { key: string; reason: string }[] } | null>
}

export function administratorOf({ admin, site }: JoinedHouse): Administrator {
  return {
    async makeScope(scope) {
      await rows(admin, 'INSERT INTO lares.scopes (scope) VALUES ($1)', [scope])
    },
    async grant(scope) {
      await rows(admin, 'INSERT INTO lares.scope_sites (scope, site_id) VALUES ($1, $2)', [scope, site])
    },
    async revoke(scope) {
      await rows(admin, 'DELETE FROM lares.scope_sites WHERE scope = $1 AND site_id = $2', [scope, site])
    },
    async put(scope, table, row) {
      const [put] = await rows<{ seq: string }>(admin, 'SELECT lares.put_row($1, $2, $3, $4) AS seq', [
        scope,
        table,
        row.id,
        JSON.stringify(row),
      ])
      return Number(put?.seq)
    },
    async remove(scope, table, key) {
      await rows(admin, 'SELECT lares.remove_row($1, $2, $3)', [scope, table, key])
    },
    async reported(scope) {
      const [state] = await rows<{ seq: string; ok: boolean; refused: { key: string; reason: string }[] }>(
        admin,
        'SELECT seq, ok, refused FROM lares.scope_states WHERE site_id = $1 AND scope = $2',
        [site, scope],
      )
      return state ? { ...state, seq: Number(state.seq) } : null
    },
  }
}

/** Has the house ask central now, and compare every scope; resolves when nothing of it is under way any more. */
export async function fetched({ pump, until }: JoinedHouse): Promise<void> {
  const { state } = pump.core
  await until('the house is connected', () => state.mode === 'running' && state.busy === null)
  for (const scope of Object.values(state.scopes)) scope.check = true
  state.untilScopes = 0
  await until('central was asked', () => state.untilScopes > 0)
  await until(
    'every scope is there',
    () =>
      state.busy === null &&
      state.mode === 'running' &&
      Object.values(state.scopes).every(({ seq, latest, whole, check }) => seq >= latest && !whole && !check),
  )
}
