import { statfs } from 'node:fs/promises'
import { Ballast } from '../../shared/ballast.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'

/** Enough to open the outbox, and for what waits in its log to be moved into the file. */
const BYTES = 2 * 1024 * 1024
const LOOK_MS = 60_000

/** Room on the disk that the outbox uses when there is no other, kept again once there is plenty. */
export class KeptRoom implements Service {
  /** Called at each look that finds at least as much free as is kept. */
  onRoom: () => void = () => {}
  #folder: string
  #clock: Clock
  #log: Log
  #ballast: Ballast
  #cancel: Cancel = () => {}

  constructor({ folder, clock, log }: { folder: string; clock: Clock; log: Log }) {
    this.#folder = folder
    this.#clock = clock
    this.#log = log
    this.#ballast = new Ballast({ folder, bytes: BYTES, log })
  }

  /** Gives it up where less than that is free. Call before the outbox is opened, and when it cannot be written. */
  release(): void {
    this.#ballast.release()
  }

  start(): void {
    this.#cancel = this.#clock.every(LOOK_MS, () => void this.look())
    void this.look()
  }

  stop(): void {
    this.#cancel()
  }

  /** Never rejects. */
  async look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.#folder)
      await this.#ballast.restore(bavail * bsize)
      if (bavail * bsize >= BYTES) this.onRoom()
    } catch (error) {
      this.#log.debug({ error: asError(error).message }, 'the disk was not measured')
    }
  }
}
