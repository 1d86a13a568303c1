/** A page of readings, as `readings query` answers it. */
export interface ReadingsPage {
  series: readonly {
    device_name: string
    sensor_name: string
    unit: string
    sensor: string
    device: string
    readings: readonly { time: number; value: unknown; quality: number }[]
  }[]
  next?: string
}

/** Asks for the page behind a place; without one for the first. */
export type AskPage = (after: string | undefined) => Promise<ReadingsPage>

const HEAD = 'time,value,unit,quality,sensor,sensor_name,device,device_name\r\n'

/** The lines of all pages, each page when there is room for it. */
export async function* exportedLines(format: 'csv' | 'ndjson', ask: AskPage): AsyncGenerator<string> {
  if (format === 'csv') yield HEAD
  let after: string | undefined
  do {
    const page = await ask(after)
    const lines = page.series.flatMap(({ readings, device, device_name, sensor, sensor_name, unit }) =>
      readings.map(({ time, value, quality }) => {
        const at = new Date(time).toISOString()
        if (format === 'ndjson')
          return `${JSON.stringify({ time: at, value, unit, quality, sensor, sensor_name, device, device_name })}\n`
        return `${[at, value, unit, quality, sensor, sensor_name, device, device_name].map(csvField).join(',')}\r\n`
      }),
    )
    if (lines.length > 0) yield lines.join('')
    after = page.next
  } while (after !== undefined)
}

/**
 * A field of a CSV file [RFC 4180]. A spreadsheet takes a text that begins so for a formula, which may send away what stands
 * beside it: an apostrophe before it makes it a text (OWASP, CSV injection). Numbers are none.
 */
export function csvField(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = String(value ?? '')
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
