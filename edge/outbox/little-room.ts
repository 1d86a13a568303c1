import type { Lane } from '../../shared/messages/fields.ts'
import type { OutboxFile } from './outbox-file.ts'

const TIMES = 3

export interface LittleRoom {
  file: OutboxFile
  /** Of the rows to be written: nothing more urgent is given up for them. */
  lane: Lane
  /** About what the rows take. */
  bytes: number
  /** The kept room was given up already: it is for the log, and the file must not grow into it. */
  scarce: boolean
  /** Takes from the disk what the hub has. */
  flush: () => void
  /** Gives up the room that was kept for a full disk. */
  release: () => void
}

/**
 * Runs a write. On a full disk it finds room for it, gently first: what arrived leaves and the log is used again from its
 * start; then the kept room is given up, so that the log can be moved into the file, and the oldest rows go, the least urgent
 * first, so that the file need not grow. Returns whether it came to that. Throws what the last try met.
 */
export function writeInLittleRoom(write: () => void, parts: LittleRoom): boolean {
  const { file, lane, bytes, flush, release } = parts
  let { scarce } = parts
  const tidy = () => {
    flush()
    file.checkpoint()
  }
  const giveUp = () => {
    release()
    file.checkpoint()
    file.freeFor(lane, bytes)
    scarce = true
  }
  if (scarce) file.freeFor(lane, bytes)
  for (const step of [tidy, ...Array.from({ length: TIMES }, () => giveUp)]) {
    try {
      write()
      return scarce
    } catch (error) {
      if (file.fault(error)?.code !== 'disk_full') throw error
    }
    step()
  }
  write()
  return scarce
}
