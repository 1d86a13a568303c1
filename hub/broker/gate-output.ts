import type { Duplex } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'

/** Bytes handed to the socket at a time: small enough to see a slow reader's progress. */
const UNIT_BYTES = 64 * 1024
/** Above this the writer is asked to wait. */
const HIGH_BYTES = 256 * 1024

interface Chunk {
  bytes: Buffer
  /** QoS 0 messages that end in it. */
  messages: number
}

/**
 * What waits to be written to one socket. The writer's `done` is held back while too much waits, unless the reader is
 * stuck: then the writer is let go, because it has others to serve, and the caller closes the reader before long.
 */
export class GateOutput {
  /** Bytes accepted and not yet taken by the socket. */
  bytes = 0
  /** QoS 0 messages in them. */
  messages = 0
  #socket: Duplex
  #clock: Clock
  #chunks: Chunk[] = []
  #writing = false
  #ending = false
  #progressAt = 0
  #stuck = false
  #held: (() => void) | null = null

  constructor(socket: Duplex, clock: Clock) {
    this.#socket = socket
    this.#clock = clock
  }

  /** Whole packets, among them so many QoS 0 messages. */
  add(bytes: Buffer, messages: number, done: () => void): void {
    this.#chunks.push({ bytes, messages })
    this.bytes += bytes.length
    this.messages += messages
    if (!this.#writing) this.#write()
    if (this.bytes <= HIGH_BYTES || this.#stuck) done()
    else this.#held = done
  }

  /** Milliseconds since the reader last took bytes while some wait; 0 when none do. */
  stuckMs(now: number): number {
    return this.#writing ? now - this.#progressAt : 0
  }

  /** Stops holding back the writer until the reader moves again. */
  release(): void {
    this.#stuck = true
    this.#letGo()
  }

  /** Puts a last word in place of what waits. */
  last(chunk: Buffer): void {
    this.#chunks = [{ bytes: chunk, messages: 0 }]
  }

  /** Ends the socket behind what waits. */
  end(): void {
    this.#ending = true
    if (this.#chunks.length > 0) this.#socket.write(Buffer.concat(this.#chunks.map(({ bytes }) => bytes)))
    this.#socket.end()
    this.#chunks = []
  }

  #write(): void {
    const unit = this.#nextUnit()
    if (unit === null || this.#ending) return
    if (!this.#writing) this.#progressAt = this.#clock.mono()
    this.#writing = true
    // One that failed is never out, and its socket closes.
    this.#socket.write(unit.bytes, (error) => error ?? this.#wrote(unit))
  }

  #wrote({ bytes, messages }: Chunk): void {
    this.bytes -= bytes.length
    this.messages -= messages
    this.#progressAt = this.#clock.mono()
    this.#stuck = false
    this.#writing = this.#chunks.length > 0
    if (this.bytes <= HIGH_BYTES) this.#letGo()
    if (this.#chunks.length > 0) this.#write()
  }

  #letGo(): void {
    const held = this.#held
    this.#held = null
    held?.()
  }

  #nextUnit(): Chunk | null {
    const [first] = this.#chunks
    if (first === undefined) return null
    if (first.bytes.length > UNIT_BYTES) {
      this.#chunks[0] = { bytes: first.bytes.subarray(UNIT_BYTES), messages: first.messages }
      return { bytes: first.bytes.subarray(0, UNIT_BYTES), messages: 0 }
    }
    if (this.#chunks.length === 1) {
      this.#chunks = []
      return first
    }
    let count = 0
    let total = 0
    let messages = 0
    for (const chunk of this.#chunks) {
      if (total + chunk.bytes.length > UNIT_BYTES) break
      total += chunk.bytes.length
      messages += chunk.messages
      count += 1
    }
    return { bytes: Buffer.concat(this.#chunks.splice(0, count).map(({ bytes }) => bytes)), messages }
  }
}
