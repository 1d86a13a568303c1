import type { AdminClient } from './admin-client.ts'
import type { Heard } from './heard.ts'
import { askForFewer, type Found, MOST_SHOWN, type Stored } from './stored.ts'

interface EventRow {
  id: number
  event_type: string
  severity: string
  description?: string | null
  timestamp: number
  created_at: number
  house_id: string | null
  device_id: string | null
  device_name: string | null
  event_data: Record<string, unknown>
}

interface Page {
  events: EventRow[]
  next?: number
}

/** Nearly every look finds one or two. */
const FIRST_PAGE = 20
const LATER_PAGE = 1_000

/** The events that the hub has stored since the last look, in the order of their ids. */
export class StoredEvents implements Stored {
  #device: string | undefined
  #last: Pick<EventRow, 'id' | 'created_at'> = { id: 0, created_at: 0 }

  /** `device`: only those of this device. */
  constructor({ device }: { device?: string | undefined }) {
    this.#device = device
  }

  /** What happened before is not shown. */
  async begin(client: AdminClient): Promise<Found> {
    const { events } = await this.#page(client, { limit: 1 })
    this.#last = events[0] ?? this.#last
    return { found: [], left: 0, names: [] }
  }

  async look(client: AdminClient): Promise<Found> {
    const last = this.#last
    const kept: EventRow[] = []
    let left = 0
    let page = await this.#page(client, { limit: FIRST_PAGE })
    // Ids that went back are those of a database that was restored: there the time of storing tells what is new.
    const isOther = (page.events[0]?.id ?? last.id) < last.id
    const isNew = (row: EventRow) => (isOther ? row.created_at > last.created_at : row.id > last.id)
    for (;;) {
      const found = page.events.filter(isNew)
      const room = found.slice(0, MOST_SHOWN - kept.length)
      kept.push(...room)
      left += found.length - room.length
      if (found.length < page.events.length || page.next === undefined) break
      page = await this.#page(client, { limit: LATER_PAGE, after: page.next })
    }
    this.#last = kept[0] ?? last
    const names = kept.flatMap((row) => (row.device_id && row.device_name ? [[row.device_id, row.device_name]] : []))
    return {
      found: kept.reverse().map(heardOf),
      left,
      rest: {
        area: 'events',
        verb: 'list',
        params: this.#asked({ after: kept[0]?.id, limit: Math.min(left, LATER_PAGE) }),
      },
      names: names as [string, string][],
    }
  }

  async #page(client: AdminClient, { limit, after }: { limit: number; after?: number }): Promise<Page> {
    const ask = (fewer: number) => client.request('events', 'list', this.#asked({ after, limit: fewer }))
    return (await askForFewer(limit, ask)) as Page
  }

  /** What is not there is left out on the wire. */
  #asked(how: Record<string, unknown>): Record<string, unknown> {
    return { device: this.#device, ...how }
  }
}

function heardOf(row: EventRow): Heard {
  const { id, event_type: type, severity, timestamp: at, house_id: house, device_id: device, event_data } = row
  const data = { ...event_data, ...(device === null ? {} : { device }) }
  const description = row.description ? { description: row.description } : {}
  return { kind: 'event', event: { id, type, severity, at, house, ...description, data } }
}
