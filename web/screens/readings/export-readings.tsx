import { useDoing } from '../../hub/hub.ts'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'
import type { Chosen } from './chosen.ts'

interface ExportParts {
  sensors: Chosen[]
  from: number
  to: number
}

/** What a chart shows as files, one of each sensor: the hub hands out a link that is good once, and the browser saves what it leads to. */
export function ExportReadings({ sensors, from, to }: ExportParts) {
  const doing = useDoing()
  const says = words.value.readings
  const save = async (format: 'csv' | 'ndjson') => {
    for (const { device, sensor } of sensors) {
      const params = { device, sensor, from: Math.round(from), to: Math.round(to), format }
      const ticket = await doing.run<{ path: string; name: string }>('readings/export', params)
      if (ticket === null) return
      const link = document.createElement('a')
      link.href = ticket.path
      link.download = ticket.name
      link.click()
    }
  }
  return (
    <div class="buttons">
      {(['csv', 'ndjson'] as const).map((format) => (
        <button
          key={format}
          type="button"
          disabled={doing.busy || sensors.length === 0}
          onClick={() => void save(format)}
        >
          {says.saveAs(format.toUpperCase())}
        </button>
      ))}
      <Failure error={doing.error} />
    </div>
  )
}
