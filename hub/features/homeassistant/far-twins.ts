import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { brokerAt } from '../../contract/broker-entry.ts'
import type { Context } from '../../engine/context.ts'

/** Dialects of those that Home Assistant hears itself: its own discovery, and Tasmota's. */
const HEARD_THERE = ['homeassistant', 'tasmota']

/**
 * Devices of other makers that a Home Assistant at another broker knows from themselves: the hub heard them there. Announced once
 * more they would be there twice.
 */
export class FarTwins {
  #sources: ReadonlyMap<string, string>
  #read: Statement
  #told = new Map<string, string>()

  /** `urls`: brokers at which the house is shown; `heard`: those at which it hears, by their key. */
  constructor(
    db: Database,
    { urls, heard }: { urls: readonly string[]; heard: Readonly<Record<string, { url: string }>> },
  ) {
    this.#sources = new Map(
      urls.map((url) => {
        const keys = Object.entries(heard).filter(([, entry]) => brokerAt(entry.url) === brokerAt(url))
        return [url, JSON.stringify(keys.flatMap(([key]) => HEARD_THERE.map((dialect) => `${key}-${dialect}`)))]
      }),
    )
    this.#read = db
      .prepare(
        "SELECT DISTINCT device_id FROM maker_devices WHERE device_id IS NOT NULL AND status = 'accepted' AND source IN (SELECT value FROM json_each(?)) ORDER BY device_id",
      )
      .pluck()
  }

  at(url: string): string[] {
    return this.#read.all(this.#sources.get(url) ?? '[]') as string[]
  }

  /** After a commit: tells which they are by now, where they are others than before. */
  tell(context: Pick<Context, 'effect'>): void {
    for (const url of this.#sources.keys()) {
      const devices = this.at(url)
      const words = JSON.stringify(devices)
      if (words === (this.#told.get(url) ?? '[]')) continue
      this.#told.set(url, words)
      context.effect({ kind: 'homeassistant_twins', url, devices })
    }
  }
}
