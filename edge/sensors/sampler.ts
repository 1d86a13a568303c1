import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { SampledSource, SamplingContext } from './sampled-source.ts'
import { SourceLoop } from './sampled-source.ts'
import type { SensorDescription } from './source.ts'
import { tableLabel } from './table-label.ts'

export interface SamplerOptions extends SamplingContext {
  sources: readonly SampledSource[]
}

/**
 * Asks every source in its own time and hands over what changed. A source that fails, hangs or lies is reported through
 * `onTrouble` and asked again with growing patience; no other source notices.
 * Throws `bad_config` when two sources have the same name or announce the same sensor.
 */
export class Sampler implements Service {
  readonly #loops: SourceLoop[]

  constructor({ sources, ...context }: SamplerOptions) {
    refuseTwins(sources)
    this.#loops = sources.map((source) => new SourceLoop(source, context))
  }

  start(): void {
    for (const loop of this.#loops) loop.start()
  }

  /** Abandons reads that are under way; their values are not handed over. */
  stop(): void {
    for (const loop of this.#loops) loop.stop()
  }

  /** Every sensor known now, each key once: in the order of the configuration, then in that of its source. */
  current(): SensorDescription[] {
    const byKey = new Map<string, SensorDescription>()
    for (const loop of this.#loops)
      for (const sensor of loop.sensors) if (!byKey.has(sensor.key)) byKey.set(sensor.key, sensor)
    return [...byKey.values()]
  }

  /** Whether a source does not know yet what it measures. */
  get isSearching(): boolean {
    return this.#loops.some((loop) => loop.sensors.length === 0)
  }
}

/** Throws `bad_config` when two sources have the same name or announce the same sensor. */
export function refuseTwins(sources: readonly SampledSource[]): void {
  const owners = new Map<string, string>()
  const names = new Map<string, string>()
  for (const { source, table = source.name } of sources) {
    const twin = names.get(source.name)
    if (twin !== undefined) throw twins(twin, table)
    names.set(source.name, table)
    for (const { key } of source.sensors) {
      const owner = owners.get(key)
      if (owner !== undefined)
        throw new LaresError('bad_config', `the sensor ${key} comes from both ${called(owner)} and ${called(table)}`, {
          hint: 'Rename one of the two tables: sensor keys are made from the name of the table.',
        })
      owners.set(key, table)
    }
  }
}

const called = (table: string) => `[sensors.${tableLabel(table)}]`

function twins(one: string, other: string): LaresError {
  if (one === other) return new LaresError('bad_config', `two sources are called ${one}`)
  return new LaresError(
    'bad_config',
    `${called(one)} and ${called(other)} are one name, written with other characters`,
    {
      hint: 'Remove one of the two tables, or give it another name.',
    },
  )
}
