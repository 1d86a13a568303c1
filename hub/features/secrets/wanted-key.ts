import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /**
     * Make the key of this id, unless it is there or a newer one. It may be lost: it is said again every second until then.
     * `null`: none is wanted any more, whoever made the last one.
     */
    key_wanted: { key: string | null }
  }
}

const KEY = 'wanted_key'

/**
 * Has a key made once this transaction is kept, however often the hub is killed before: whoever asks again with the same request
 * gets the same key.
 */
export function wantKey(context: Pick<Context, 'db' | 'effect'>, key: string): void {
  context.db
    .prepare(
      'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    .run(KEY, key)
  context.effect({ kind: 'key_wanted', key })
}

/** The key that is to be made and that nobody has seen yet; `null`: none. */
export function wantedKey(db: Database): string | null {
  const value = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  return typeof value === 'string' ? value : null
}

/** It is there, or a newer one. */
export function wantNoKey(context: Pick<Context, 'db' | 'effect'>): void {
  context.db.prepare('DELETE FROM hub_settings WHERE key = @wanted').run({ wanted: KEY })
  context.effect({ kind: 'key_wanted', key: null })
}
