import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { asError } from '../../shared/errors.ts'
import { AUDIO } from '../../shared/limits.ts'
import { WAV_HEADER_BYTES, wavHeader } from './wav-header.ts'

const SECOND_BYTES = AUDIO.rate * AUDIO.bytesPerSample
/** A disk that is this far behind is as good as broken: the memory belongs to everybody. */
const BEHIND_MAX_BYTES = 30 * SECOND_BYTES
/** Hashed at a time, so that ten minutes of sound do not hold up the frames of others. */
const HASH_BYTES = 256 * 1024
const SILENCE = Buffer.alloc(SECOND_BYTES)

/**
 * A WAV file that grows: 16 kHz mono s16le, written a second at a time by its own queue. Nothing here waits for
 * the disk but `close`. The file is made with the first second of sound, so no sound makes no file.
 */
export class WavFile {
  /** Bytes of PCM added so far, silence included. */
  dataBytes = 0
  #create: () => Promise<FileHandle>
  #broken: (error: Error) => void
  #handle: FileHandle | null = null
  #queue: Buffer[] = []
  #queued = 0
  #heldBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #busy = false
  #error: Error | null = null

  /** `broken` is called once, when the disk refuses a write or falls 30 seconds behind; what is added then is dropped. */
  constructor(create: () => Promise<FileHandle>, broken: (error: Error) => void) {
    this.#create = create
    this.#broken = broken
  }

  /** Adds samples. They must not change afterwards. */
  add(pcm: Uint8Array): void {
    this.#heldBytes += pcm.length
    this.#push(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.length))
    if (this.#heldBytes > BEHIND_MAX_BYTES)
      this.#fail(new Error(`the disk is ${Math.round(this.#heldBytes / SECOND_BYTES)} seconds behind`))
    this.#pump()
  }

  /** Adds silence. It takes no memory, however long it is. */
  addSilence(bytes: number): void {
    for (let left = bytes; left > 0; left -= SECOND_BYTES) this.#push(SILENCE.subarray(0, Math.min(left, SECOND_BYTES)))
    this.#pump()
  }

  /**
   * Writes what is left and the header, and syncs. Gives the size of the whole file and its SHA-256, hex.
   * Throws what the disk said, at whichever write it was. The file is closed in either case.
   */
  async close(): Promise<{ bytes: number; sha256: string }> {
    await this.#writing
    try {
      await this.#drain(0)
      if (this.#error) throw this.#error
      const handle = await this.#opened()
      await writeAll(handle, wavHeader(this.dataBytes), 0)
      await handle.sync()
      return { bytes: WAV_HEADER_BYTES + this.dataBytes, sha256: await hash(handle) }
    } catch (error) {
      this.#fail(asError(error))
      throw error
    } finally {
      await this.#release()
    }
  }

  /** Drops what waits and reports it as broken, unless that was done before. */
  giveUp(error: Error): void {
    this.#fail(error)
  }

  #push(bytes: Buffer): void {
    if (this.#error) return
    this.dataBytes += bytes.length
    this.#queue.push(bytes)
    this.#queued += bytes.length
  }

  #pump(): void {
    if (this.#busy || this.#queued < SECOND_BYTES) return
    this.#busy = true
    this.#writing = this.#drain(SECOND_BYTES)
      .catch(async (error: unknown) => {
        this.#fail(asError(error))
        await this.#release()
      })
      .finally(() => {
        this.#busy = false
      })
  }

  /** Writes as long as at least so much waits, about a second at a time. */
  async #drain(atLeast: number): Promise<void> {
    while (this.#queued > 0 && this.#queued >= atLeast) {
      const handle = await this.#opened()
      const bytes = this.#take()
      await writeAll(handle, bytes, null)
    }
  }

  #take(): Buffer {
    let count = 0
    let bytes = 0
    while (count < this.#queue.length && bytes < SECOND_BYTES) bytes += this.#queue[count++]?.length ?? 0
    const parts = this.#queue.splice(0, count)
    this.#queued -= bytes
    for (const part of parts) if (part.buffer !== SILENCE.buffer) this.#heldBytes -= part.length
    return Buffer.concat(parts)
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle) return this.#handle
    this.#handle = await this.#create()
    await writeAll(this.#handle, wavHeader(0), null)
    return this.#handle
  }

  #fail(error: Error): void {
    if (this.#error) return
    this.#error = error
    this.#queue = []
    this.#queued = 0
    this.#heldBytes = 0
    this.#broken(error)
  }

  async #release(): Promise<void> {
    const handle = this.#handle
    this.#handle = null
    try {
      await handle?.close()
    } catch {
      // what was written is synced already, or given up
    }
  }
}

/** `position` null: where the last write ended. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number | null): Promise<void> {
  let written = 0
  while (written < bytes.length) {
    const at = position === null ? null : position + written
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, at)
    if (bytesWritten === 0) throw new Error('the disk took no byte')
    written += bytesWritten
  }
}

async function hash(handle: FileHandle): Promise<string> {
  const sum = createHash('sha256')
  const buffer = Buffer.allocUnsafe(HASH_BYTES)
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, HASH_BYTES, position)
    if (bytesRead === 0) return sum.digest('hex')
    sum.update(buffer.subarray(0, bytesRead))
    position += bytesRead
  }
}
