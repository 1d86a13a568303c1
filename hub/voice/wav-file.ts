import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { AUDIO } from '../../shared/limits.ts'
import { WAV_HEADER_BYTES, wavHeader } from '../../shared/wav-header.ts'

const SECOND_BYTES = AUDIO.rate * AUDIO.bytesPerSample
/** Hashed at a time, so that ten minutes of sound do not hold up the frames of others. */
const HASH_BYTES = 256 * 1024
const SILENCE = Buffer.alloc(SECOND_BYTES)

/**
 * A WAV file that grows: 16 kHz mono s16le, written a second at a time. It is made with the first second of sound.
 * One call at a time: after a promise the next one comes when that is settled, and after a rejection only `abandon`.
 */
export class WavFile {
  /** Bytes of PCM added so far, silence included. */
  dataBytes = 0
  #create: () => Promise<FileHandle>
  #handle: FileHandle | null = null
  /** Less than a second that is not written yet. */
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #writing: Promise<void> = Promise.resolve()
  #abandoned = false

  constructor(create: () => Promise<FileHandle>) {
    this.#create = create
  }

  /** Adds samples, which must not change afterwards. When they make up a second, a promise of its writing. */
  add(pcm: Uint8Array): void | Promise<void> {
    this.dataBytes += pcm.length
    this.#gathered.push(pcm)
    this.#gatheredBytes += pcm.length
    if (this.#gatheredBytes >= SECOND_BYTES) return this.#write()
  }

  /** Adds silence. It takes no memory, however long it is. */
  async addSilence(bytes: number): Promise<void> {
    for (let left = bytes; left > 0; left -= SECOND_BYTES)
      await this.add(SILENCE.subarray(0, Math.min(left, SECOND_BYTES)))
  }

  /** Writes what is left and the header, syncs and closes. Gives the size of the whole file and its SHA-256, hex. */
  async close(): Promise<{ bytes: number; sha256: string }> {
    await this.#write()
    const handle = await this.#opened()
    await writeAll(handle, wavHeader(this.dataBytes), 0)
    await handle.sync()
    const sha256 = await hash(handle)
    await this.#release()
    return { bytes: WAV_HEADER_BYTES + this.dataBytes, sha256 }
  }

  /** Closes the file as it is, once the disk is done with the write it is at. What is added meanwhile rejects. Never rejects. */
  async abandon(): Promise<void> {
    this.#abandoned = true
    this.#gathered = []
    await this.#writing.catch(() => {})
    await this.#release()
  }

  #write(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered.splice(0))
    this.#gatheredBytes = 0
    this.#writing = this.#append(bytes)
    return this.#writing
  }

  async #append(bytes: Buffer): Promise<void> {
    const handle = await this.#opened()
    await writeAll(handle, bytes, null)
  }

  async #opened(): Promise<FileHandle> {
    if (this.#abandoned) throw new Error('the file was abandoned')
    if (this.#handle) return this.#handle
    this.#handle = await this.#create()
    await writeAll(this.#handle, wavHeader(0), null)
    return this.#handle
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
