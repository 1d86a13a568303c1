import type { Metric, MetricValue } from '../../contract/metric.ts'
import type { InputOf } from '../../engine/input.ts'
import type { SourceFigures } from './source-figures.ts'

interface Counts {
  heard: number
  dropped: number
  published: number
  refused: number
}

const NOTHING: Counts = { heard: 0, dropped: 0, published: 0, refused: 0 }

/** What is counted of each source for `/metrics`, since the hub began. Of sources that are no more nothing is kept. */
export class MakerCounts {
  #figures: readonly SourceFigures[] = []
  #counts = new Map<string, Counts>()
  #passedOver = new Map<string, number>()

  note(figures: readonly SourceFigures[]): void {
    this.#figures = figures
    const named = new Set(figures.map(({ source }) => source))
    for (const source of this.#counts.keys()) if (!named.has(source)) this.#counts.delete(source)
  }

  /** `lost`: how many of them went nowhere, with those that came too fast. */
  states({ source, states, dropped = 0 }: InputOf<'maker_states'>, lost: number): void {
    const counts = this.#of(source)
    counts.heard += states.length + dropped
    counts.dropped += lost
  }

  order(source: string, outcome: 'published' | 'refused'): void {
    this.#of(source)[outcome] += 1
  }

  /** Messages that were too large, as whoever reads them counts them. */
  passedOver(sources: readonly { source: string; messages: number }[]): void {
    this.#passedOver = new Map(sources.map(({ source, messages }) => [source, messages]))
  }

  get metrics(): readonly Metric[] {
    return [
      {
        ...{ type: 'gauge', name: 'lares_maker_source_connected', labels: ['source'] },
        help: '1 while a broker or bridge that speaks for devices of other makers is there',
        read: () => this.#figures.map(({ source, isOnline }) => ({ labels: { source }, value: Number(isOnline) })),
      },
      {
        ...{ type: 'gauge', name: 'lares_maker_devices', labels: ['source', 'status'] },
        help: 'Devices of other makers that a source announced, by what was decided on them',
        read: () => this.#figures.flatMap(({ source, devices }) => byKind(source, 'status', devices)),
      },
      {
        ...{ type: 'counter', name: 'lares_maker_states_total', labels: ['source', 'kind'] },
        help: 'States that came from a source, and those of them that were dropped',
        read: () => this.#values(({ heard, dropped }) => ({ heard, dropped }), 'kind'),
      },
      {
        ...{ type: 'counter', name: 'lares_maker_orders_total', labels: ['source', 'outcome'] },
        help: 'Orders to devices of other makers, by whether they could be published',
        read: () => this.#values(({ published, refused }) => ({ published, refused }), 'outcome'),
      },
      {
        ...{ type: 'counter', name: 'lares_maker_messages_passed_over_total', labels: ['source'] },
        help: 'Messages that were too large to be read',
        read: () =>
          this.#figures.map(({ source }) => ({ labels: { source }, value: this.#passedOver.get(source) ?? 0 })),
      },
    ]
  }

  #values(of: (counts: Counts) => Record<string, number>, label: string): MetricValue[] {
    return this.#figures.flatMap(({ source }) => byKind(source, label, of(this.#counts.get(source) ?? NOTHING)))
  }

  #of(source: string): Counts {
    let counts = this.#counts.get(source)
    if (!counts) {
      counts = { ...NOTHING }
      this.#counts.set(source, counts)
    }
    return counts
  }
}

function byKind(source: string, label: string, values: Record<string, number>): MetricValue[] {
  return Object.entries(values).map(([kind, value]) => ({ labels: { source, [label]: kind }, value }))
}
