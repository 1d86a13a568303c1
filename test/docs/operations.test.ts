import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { alertMetrics } from '../../hub/features/alerts/alert-metrics.ts'
import { backupMetrics } from '../../hub/features/backups/backup-metrics.ts'
import { DECLARED_PROBLEMS } from '../../hub/features/declared-problems.ts'
import { MakerCounts } from '../../hub/features/makers/maker-metrics.ts'
import { SYNC_OFF } from '../../hub/sync/sync-status.ts'
import type { MetricSources } from '../../hub/web/metric-lists.ts'
import { hubMetrics } from '../../hub/web/metrics.ts'
import { ERROR_CODES } from '../../shared/errors.ts'

const operations = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8')

describe('docs/operations.md', () => {
  it('names every metric, and no other', async () => {
    const nothing = () => 0
    const sources: MetricSources = {
      connected: nothing,
      connections: nothing,
      queueDepth: nothing,
      walBytes: nothing,
      sync: () => SYNC_OFF,
      followers: () => ({ figures: [], counts: [], now: 0 }),
      jobs: () => ({ figures: [], outcomes: [], now: 0 }),
      loopLagP99Ms: nothing,
      writes: () => ({}),
      ledger: () => ({ received: 0, applied: 0, duplicate: 0, rejected: 0 }),
      denials: () => ({ publish: 0, subscribe: 0 }),
      violations: () => ({}),
      hookFailures: () => ({}),
      audio: () => ({ open: 0, frames: 0, lost: 0, bad: 0, late: 0, duplicates: 0, failed: 0, takers: {} }),
      levels: () => [],
      degraded: () => false,
      dropped: () => ({ session_away: 0, slow_reader: 0 }),
      sensors: () => [],
    }
    const { registry } = hubMetrics(sources, [
      ...new MakerCounts().metrics,
      ...alertMetrics(() => ({})),
      ...backupMetrics(() => []),
    ])
    const exported = (await registry.getMetricsAsJSON()).map(({ name }) => name)
    const documented = Array.from(operations.matchAll(/^\| `(lares_[a-z0-9_]+)/gm), ([, name]) => name)
    expect([...documented].sort()).toEqual([...exported].sort())
  })

  it('speaks only of error codes that exist', () => {
    const known = new Set<string>([...ERROR_CODES, ...DECLARED_PROBLEMS.keys()])
    const tables = operations.matchAll(/^\| `([a-z]+_[a-z_]+)` \|/gm)
    const settings = new Set(['interval_s', 'max_silence_s'])
    const unknown = Array.from(tables, ([, code = '']) => code).filter(
      (code) => !known.has(code) && !settings.has(code) && !code.startsWith('lares_'),
    )
    expect(unknown).toEqual([])
  })
})
