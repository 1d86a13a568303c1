import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { MAKER_STATUSES, type MakerStatus } from './maker-rows.ts'

/** A source in numbers. */
export interface SourceFigures {
  source: string
  isOnline: boolean
  devices: Record<MakerStatus, number>
}

/** Tells the front how many devices each source has, for whoever looks at the metrics. */
export class SourcesInNumbers {
  #sources: Statement
  #devices: Statement
  #known = new Map<string, SourceFigures['devices']>()
  #told = ''

  constructor(db: Database) {
    this.#sources = db.prepare('SELECT key, is_online FROM maker_sources WHERE is_named = 1 ORDER BY key')
    this.#devices = db.prepare('SELECT status, count(*) FROM maker_devices WHERE source = ? GROUP BY status').raw()
  }

  /** There are other devices, or somebody decided on one. */
  changed(): void {
    this.#known.clear()
  }

  /** Nobody knows any of it: the hub begins, or what was told was not kept. */
  forget(): void {
    this.#told = ''
    this.#known.clear()
  }

  /** Once a second at most: a house that is set up hears of hundreds of devices one by one. */
  tick(context: Pick<Context, 'effect'>): void {
    const sources = this.#sources.all() as { key: string; is_online: number | null }[]
    const figures = sources.map(({ key, is_online }) => ({
      ...{ source: key, isOnline: is_online === 1 },
      devices: this.#devicesOf(key),
    }))
    const words = JSON.stringify(figures)
    if (words === this.#told) return
    this.#told = words
    context.effect({ kind: 'maker_figures', figures })
  }

  #devicesOf(source: string): SourceFigures['devices'] {
    const known = this.#known.get(source)
    if (known) return known
    const counted = new Map(this.#devices.all(source) as [string, number][])
    const all = MAKER_STATUSES.map((status) => [status, counted.get(status) ?? 0])
    const devices = Object.fromEntries(all) as SourceFigures['devices']
    this.#known.set(source, devices)
    return devices
  }
}
