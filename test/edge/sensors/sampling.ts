import type { Reading, SampledSource } from '../../../edge/sensors/sampled-source.ts'
import { Sampler } from '../../../edge/sensors/sampler.ts'
import type { SensorDescription, SensorResult, SensorSource } from '../../../edge/sensors/source.ts'
import type { Trouble } from '../../../edge/sensors/trouble.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

export type Read = (signal: AbortSignal, call: number) => SensorResult[] | Promise<SensorResult[]>

export const HOUR = 3_600_000

export function temperature(key: string): SensorDescription {
  return { key, kind: 'temperature', unit: '°C', name: key }
}

/** A source that reads what the test says, and counts how often. */
export function source(name: string, read: Read, sensors = [temperature(name)]): SensorSource & { calls: number } {
  return {
    name,
    sensors,
    calls: 0,
    async read(signal, hand) {
      this.calls += 1
      for (const result of await read(signal, this.calls)) hand(result)
    },
  }
}

/** A source as a sampler takes it. */
export function sampled(one: SensorSource, more: Partial<SampledSource> = {}): SampledSource {
  return { source: one, intervalMs: 10_000, maxSilenceMs: HOUR, ...more }
}

/** A sampler with a clock that a test moves in small steps, letting promises settle between them. */
export function sampling(sources: SampledSource[]) {
  const clock = new ManualClock()
  const readings: Reading[] = []
  const troubles: Trouble[] = []
  let changes = 0
  const sampler = new Sampler({
    sources,
    clock,
    log: silentLog,
    random: () => 0.5,
    onReadings: (items) => readings.push(...items),
    onTrouble: (trouble) => troubles.push(trouble),
    onSensors: () => (changes += 1),
  })
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const advance = async (ms: number, stepMs = 1_000) => {
    await settle()
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(Math.min(stepMs, ms - passed))
      await settle()
    }
  }
  sampler.start()
  return { clock, sampler, readings, troubles, advance, changes: () => changes }
}

/** What one sensor said. */
export const values = (readings: Reading[], sensor: string) =>
  readings.filter((r) => r.sensor === sensor).map((r) => r.value)
