import { randomBytes } from 'node:crypto'
import { existsSync, rmSync, statfsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asError } from './errors.ts'
import type { Log } from './log.ts'

const NAME = 'ballast'
const CHUNK_BYTES = 256 * 1024
/** It is made only where this many times its size is free: it must not be what fills the disk. */
const PLENTY = 4

/**
 * A file whose only purpose is its size. A database cannot even be opened on a full disk, because its log and the index of
 * that need room, and what is not open cannot remove its old rows. So a start on a full disk gives this room up, and once
 * there is plenty again it is taken back.
 */
export class Ballast {
  #file: string
  #bytes: number
  #log: Log
  #making = false

  constructor(parts: { folder: string; bytes: number; log: Log }) {
    this.#file = join(parts.folder, NAME)
    this.#bytes = parts.bytes
    this.#log = parts.log
  }

  /**
   * Call before anything is written. Removes the file when less than its size is free. Whether the disk is that full, also
   * where no room was kept. Never throws.
   */
  release(): boolean {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.#file))
      if (bavail * bsize >= this.#bytes) return false
      if (existsSync(this.#file)) {
        rmSync(this.#file)
        this.#log.warn({ file: this.#file, bytes: this.#bytes }, 'the disk is full: the room kept for this is used now')
      }
      return true
    } catch (error) {
      this.#log.warn({ file: this.#file, error: asError(error).message }, 'the room kept for a start cannot be had')
      return false
    }
  }

  /** Makes the file when there is none and plenty of room. Never rejects; calling it while it works does nothing. */
  async restore(freeBytes: number): Promise<void> {
    if (this.#making || freeBytes < PLENTY * this.#bytes || existsSync(this.#file)) return
    this.#making = true
    try {
      await this.#make()
    } catch (error) {
      await rm(this.#part, { force: true }).catch(() => {})
      this.#log.debug({ file: this.#file, error: asError(error).message }, 'no room is kept for a start on a full disk')
    } finally {
      this.#making = false
    }
  }

  get #part(): string {
    return `${this.#file}.part`
  }

  /** Of random bytes: a file system that compresses would keep no room with others. */
  async #make(): Promise<void> {
    const file = await open(this.#part, 'w', 0o640)
    try {
      for (let left = this.#bytes; left > 0; left -= CHUNK_BYTES)
        await file.write(randomBytes(Math.min(left, CHUNK_BYTES)))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(this.#part, this.#file)
  }
}
