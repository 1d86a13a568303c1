import { X509Certificate } from 'node:crypto'
import type { LookedHub } from '../contract/looked-hub.ts'
import { cardFacts } from '../health/card-facts.ts'
import { storageFigures } from '../health/storage-figures.ts'
import type { Certificate } from '../listen/certificate.ts'
import type { Base } from './base.ts'

/** Looks how the hub is, for two seconds at most. What cannot be told is `null`. */
export function composeFacts(
  { options: { folder, clock }, health, sync }: Pick<Base, 'options' | 'health' | 'sync'>,
  { cert }: Pick<Certificate, 'cert'>,
): () => Promise<LookedHub> {
  const certificateEndsAt = Date.parse(new X509Certificate(cert).validTo) || null
  return async () => {
    const [storage, card] = await Promise.all([storageFigures(folder, { clock }), cardFacts(folder, { clock })])
    const { disk_total_bytes: total, disk_free_bytes: free, last_backup: backupAt } = storage
    const { state, seconds_behind } = sync.status
    return {
      problems: health.current(),
      diskUsedShare: total === null || total === 0 || free === null ? null : 1 - free / total,
      backupAt,
      certificateEndsAt,
      centralBehindMs: state === 'off' ? null : seconds_behind * 1_000,
      cardUsedPercent: card.life_used_percent,
    }
  }
}
