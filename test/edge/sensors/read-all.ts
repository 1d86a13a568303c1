import type { SensorResult, SensorSource } from '../../../edge/sensors/source.ts'

/** Everything that one read hands over. */
export async function readAll(source: SensorSource, signal = new AbortController().signal): Promise<SensorResult[]> {
  const results: SensorResult[] = []
  await source.read(signal, (result) => results.push(result))
  return results
}
