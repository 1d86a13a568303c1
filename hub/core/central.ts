import type { ReadyFacts } from '../engine/engine-thread-messages.ts'
import type { Health } from '../health/hub-health.ts'
import type { HubOptions } from '../hub-options.ts'
import { storeFile } from '../store/places.ts'
import type { SyncStatus } from '../sync/sync-status.ts'
import type { SyncSettings } from '../sync/sync-thread-messages.ts'

/** What the sync thread needs; `null` where no central is configured or the database could not be opened. */
export function syncSettings(parts: {
  url: string | null
  facts: ReadyFacts | null
  options: Pick<HubOptions, 'folder' | 'config' | 'version' | 'logLevel'>
}): SyncSettings | null {
  const { url, facts, options } = parts
  if (url === null || facts === null) return null
  const { folder, config, version, logLevel } = options
  const { max_kb_per_s } = config.central
  return {
    file: storeFile(folder),
    tables: facts.tables,
    url,
    version,
    logLevel,
    bytesPerSecond: max_kb_per_s === undefined ? null : max_kb_per_s * 1_000,
  }
}

/** A house works without central, so its absence is told and asks for nothing. A site that was taken over does. */
export function centralHealth(health: Health, { state, last_error }: SyncStatus): void {
  if (state === 'fenced') health.raise('central', 'fenced', last_error ?? 'another hub took over this site')
  else if (state === 'waiting')
    health.raise('central', 'central_away', `central: ${last_error ?? 'no connection'}`, { weight: 'note' })
  else if (state === 'running') health.clear('central')
}
