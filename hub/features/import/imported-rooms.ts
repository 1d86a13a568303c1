import { LaresError } from '../../../shared/errors.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { fold } from '../house/named-house.ts'
import { NONE, placeName } from '../house/names.ts'
import { makeRoom } from '../house/rooms.ts'

/** The rooms that a list names: those that are there, and those that are made for it. */
export class ImportedRooms {
  #context: CallContext
  #isDry: boolean
  /** By house, then by name: the id, `null` for one that would be made. */
  #rooms = new Map<string, Map<string, string | null>>()
  /** Those that were made, or would be. */
  readonly made: { name: string; house: string }[] = []

  constructor(context: CallContext, isDry: boolean) {
    this.#context = context
    this.#isDry = isDry
  }

  /** The id of the room, `null` for none; an error where it cannot be one. Made where the house does not have it. */
  roomOf(house: string, given: string | undefined): string | null | LaresError {
    if (given === undefined || fold(given) === NONE) return null
    const read = placeName.safeParse(given)
    if (!read.success) return new LaresError('bad_params', 'room: is no name of a room', { hint: 'Write it shorter.' })
    const rooms = this.#of(house)
    const known = rooms.get(fold(given))
    if (known !== undefined) return known
    const id = this.#isDry ? null : makeRoom(this.#context, { house, name: read.data })
    rooms.set(fold(given), id)
    this.made.push({ name: read.data, house })
    return id
  }

  #of(house: string): Map<string, string | null> {
    let rooms = this.#rooms.get(house)
    if (rooms === undefined) {
      const rows = this.#context.db.prepare('SELECT id, name FROM rooms WHERE house_id = ?').all(house) as {
        id: string
        name: string
      }[]
      rooms = new Map(rows.map(({ id, name }) => [fold(name), id]))
      this.#rooms.set(house, rooms)
    }
    return rooms
  }
}
