import type { AdminClient } from '../../../cli/admin-client.ts'
import { LaresError } from '../../../shared/errors.ts'
import { query } from '../../hub/engine/ask.ts'
import type { TestHouse } from '../../hub/engine/engine-in-memory.ts'

/** Connections of the command line to a house in memory, whose hub can be away. */
export class LineToHouse {
  house: TestHouse
  /** Why there is no connection; `null`: there is. */
  away: string | null = null
  /** Called before each question; what it throws is the answer. */
  asked: (verb: string, params: Record<string, unknown>) => void = () => {}
  connections = 0
  #end: (error: LaresError) => void = () => {}
  #heard: (topic: string, payload: Buffer) => void = () => {}

  constructor(house: TestHouse) {
    this.house = house
  }

  connect = async (): Promise<AdminClient> => {
    if (this.away !== null) throw new LaresError('unreachable', this.away)
    this.connections += 1
    return {
      request: async (area, verb, params) => {
        if (this.away !== null) throw new LaresError('unreachable', this.away)
        this.asked(`${area}/${verb}`, params)
        // As JSON does: what is not there is left out.
        return query(this.house, `${area}/${verb}`, JSON.parse(JSON.stringify(params)) as Record<string, unknown>)
      },
      hear: async (_filters, heard) => {
        this.#heard = heard
      },
      ended: new Promise((resolve) => {
        this.#end = resolve
      }),
      close: async () => {},
    }
  }

  /** The hub publishes something. */
  publish(topic: string, payload = '{}'): void {
    if (this.away === null) this.#heard(topic, Buffer.from(payload))
  }

  /** The hub goes away. */
  cut(reason: string): void {
    this.away = reason
    this.#end(new LaresError('unreachable', reason))
  }
}

/** Until everything that needs no time has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
