import type { RowLeftOut } from './rows-to-send.ts'

/** What a hub answers for a row. An older or newer one may leave anything out. */
export interface AnsweredRow {
  line: number | null
  name: string | null
  outcome: string
  type?: string | null
  integration?: string | null
  device_class?: string | null
  sure?: number | null
  sealed?: string[]
  kept?: string[]
  says?: string | null
  hint?: string | null
}

/** What rows of one type became. */
export interface Mapped {
  type: string
  integration: string
  device_class: string
  sure: number
  devices: number
}

/** So many rows are told one by one: nobody reads more. */
export const ROWS_TOLD = 50

/** What became of all rows of a list, counted as the answers come. */
export class ImportTally {
  rows = 0
  readonly outcomes = new Map<string, number>()
  #rooms = new Map<string, { name: string; house: string }>()
  readonly columns = new Map<string, number>()
  /** Devices of which something is sealed. */
  sealed = 0
  /** Those that somebody should look at, the first of them. */
  readonly told: AnsweredRow[] = []
  untold = 0
  #mapped = new Map<string, Mapped>()
  #all: AnsweredRow[] | null

  /** `keepsAll`: for programs, which read every row. */
  constructor(keepsAll: boolean) {
    this.#all = keepsAll ? [] : null
  }

  leftOut({ outcome, line, name, fault, hint }: RowLeftOut): void {
    this.add({ line, name, outcome, says: fault, hint })
  }

  add(row: AnsweredRow): void {
    this.rows += 1
    this.outcomes.set(row.outcome, this.count(row.outcome) + 1)
    this.#all?.push(row)
    const isWritten = row.outcome === 'new' || row.outcome === 'updated'
    if (isWritten) this.#map(row)
    else if (row.outcome !== 'same' && this.told.length < ROWS_TOLD) this.told.push(row)
    else if (row.outcome !== 'same') this.untold += 1
  }

  /** A room that would be made is told with each request that has a row for it. */
  addRooms(rooms: readonly { name: string; house: string }[]): void {
    for (const room of rooms) this.#rooms.set(JSON.stringify([room.house, room.name.toLocaleLowerCase('en')]), room)
  }

  get rooms(): { name: string; house: string }[] {
    return [...this.#rooms.values()]
  }

  count(outcome: string): number {
    return this.outcomes.get(outcome) ?? 0
  }

  /** What types became, the most frequent first. */
  mapped(): Mapped[] {
    return [...this.#mapped.values()].sort((a, b) => b.devices - a.devices || (a.type < b.type ? -1 : 1))
  }

  /** Everything, for programs. */
  all(): Record<string, unknown> {
    return { rows: this.rows, outcomes: Object.fromEntries(this.outcomes), rooms: this.rooms, devices: this.#all ?? [] }
  }

  #map({ type, integration, device_class, sure, sealed = [], kept = [] }: AnsweredRow): void {
    if (sealed.length > 0) this.sealed += 1
    for (const column of kept) this.columns.set(column, (this.columns.get(column) ?? 0) + 1)
    const what = { type: type ?? '', integration: integration ?? '', device_class: device_class ?? '', sure: sure ?? 0 }
    const key = JSON.stringify(what)
    const known = this.#mapped.get(key)
    if (known === undefined) this.#mapped.set(key, { ...what, devices: 1 })
    else known.devices += 1
  }
}
