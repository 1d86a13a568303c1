import type { HubStatus } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { bytesWords, numberWords } from '../../words/numbers.ts'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'

/** Backup, central, disk: what an owner wants to know is fine. Not shown to those who may not know. */
export function Figures() {
  // Once a minute the hub says how it is.
  const status = useAnswer<HubStatus>('hub/status', {}, useHub().live.health.value?.at)
  const says = words.value.overview
  if (status.data === null) return null
  const { readings, front } = status.data
  const { storage, sync } = front
  const backup = storage?.last_backup ?? null
  return (
    <Card title={words.value.menu.system}>
      <dl class="figures">
        <dt>{says.backup}</dt>
        <dd>{backup === null ? says.noBackup : <Ago time={backup} />}</dd>
        <dt>{says.behind}</dt>
        <dd>{behindWords(sync)}</dd>
        {storage && (
          <>
            <dt>{says.disk}</dt>
            <dd>{bytesWords(storage.disk_free_bytes)}</dd>
          </>
        )}
        <dt>{says.stored}</dt>
        <dd>{numberWords(readings)}</dd>
      </dl>
    </Card>
  )
}

function behindWords(sync: HubStatus['front']['sync']): string {
  const says = words.value.overview
  if (!sync || sync.state === 'off') return says.noCentral
  if (sync.rows_behind === 0) return says.upToDate
  return `${says.rows(sync.rows_behind)}, ${spanWords(sync.seconds_behind * 1_000)}`
}
