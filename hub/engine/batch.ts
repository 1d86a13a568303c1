import type { StructuredInput } from './input.ts'

/**
 * A batch of inputs on its way to the engine: payloads lie in one buffer that changes hands without being copied,
 * in the order of their arrival; each topic is told once. A record is 8 bytes, topic index and payload length,
 * then the payload. Index 0xffffffff means a structured input, whose position stands in place of the length.
 */
export interface Batch {
  buffer: ArrayBuffer
  /** Bytes in use. */
  used: number
  /** Number of inputs. */
  count: number
  topics: string[]
  structured: StructuredInput[]
}

const HEADER_BYTES = 8
const STRUCTURED = 0xffffffff
const FIRST_BYTES = 256 * 1024

export class BatchWriter {
  #bytes: Buffer
  #used = 0
  #count = 0
  #topics: string[] = []
  #topicIndex = new Map<string, number>()
  #structured: StructuredInput[] = []

  /** `spare` is a buffer that came back from the engine, to be filled again. */
  constructor(spare?: ArrayBuffer) {
    this.#bytes = Buffer.from(spare ?? new ArrayBuffer(FIRST_BYTES))
  }

  get count(): number {
    return this.#count
  }

  get used(): number {
    return this.#used
  }

  /** Copies the payload. Returns the position of the input in the batch. */
  message(topic: string, payload: Uint8Array): number {
    let index = this.#topicIndex.get(topic)
    if (index === undefined) {
      index = this.#topics.length
      this.#topics.push(topic)
      this.#topicIndex.set(topic, index)
    }
    const start = this.#record(index, payload.length, payload.length)
    this.#bytes.set(payload, start)
    return this.#count - 1
  }

  input(input: StructuredInput): number {
    this.#structured.push(input)
    this.#record(STRUCTURED, this.#structured.length - 1, 0)
    return this.#count - 1
  }

  /** The batch. The writer must not be used afterwards. */
  finish(): Batch {
    return {
      buffer: this.#bytes.buffer as ArrayBuffer,
      used: this.#used,
      count: this.#count,
      topics: this.#topics,
      structured: this.#structured,
    }
  }

  #record(index: number, length: number, room: number): number {
    const needed = this.#used + HEADER_BYTES + room
    if (needed > this.#bytes.length) this.#grow(needed)
    this.#bytes.writeUInt32LE(index, this.#used)
    this.#bytes.writeUInt32LE(length, this.#used + 4)
    const start = this.#used + HEADER_BYTES
    this.#used = start + room
    this.#count += 1
    return start
  }

  #grow(needed: number): void {
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, this.#bytes.length * 2)))
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#bytes = larger
  }
}

export interface BatchReader {
  message(topicIndex: number, payload: Buffer, position: number): void
  structured(input: StructuredInput, position: number): void
}

/** Walks a batch in order of arrival. Payloads are views into its buffer. */
export function readBatch(batch: Batch, reader: BatchReader): void {
  const bytes = Buffer.from(batch.buffer)
  let offset = 0
  for (let position = 0; position < batch.count; position++) {
    const index = bytes.readUInt32LE(offset)
    const length = bytes.readUInt32LE(offset + 4)
    offset += HEADER_BYTES
    if (index === STRUCTURED) {
      const input = batch.structured[length]
      if (input) reader.structured(input, position)
      continue
    }
    reader.message(index, bytes.subarray(offset, offset + length), position)
    offset += length
  }
}
