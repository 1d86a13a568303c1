import type { SampledSource } from '../sensors/sampled-source.ts'
import { tableLabel } from '../sensors/table-label.ts'

/** What the house will call each sensor, as far as that is known before the first read: one line each, for a person. */
export function sensorKeyLines(sources: readonly SampledSource[]): string[] {
  const rows = sources.flatMap(({ table, source }) => {
    const from = `[sensors.${tableLabel(table ?? source.name)}]`
    if (source.sensors.length === 0) return [{ key: `${source.name}…`, says: `${from}, which looks for its sensors` }]
    return source.sensors.map(({ key, name }) => ({ key, says: `${name}, from ${from}` }))
  })
  if (rows.length === 0) return []
  const width = Math.max(...rows.map(({ key }) => key.length))
  return ['its sensors, by their keys in the house:', ...rows.map(({ key, says }) => `  ${key.padEnd(width)}  ${says}`)]
}
