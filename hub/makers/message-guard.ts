import { Duplex } from 'node:stream'

export interface MessageGuardParts {
  socket: Duplex
  /** Bytes that a message on this topic may have, with its topic. */
  most(topic: string): number
  /** One had more, and was passed over. */
  passedOver(message: { topic: string; bytes: number }): void
}

const PUBLISH = 3
/** Of what is no message: the largest is the answer to a subscription, with a byte for each filter. */
const OTHER_BYTES = 4_096
const NOTHING = Buffer.alloc(0)

/** A packet by its first bytes: where it ends, and its topic where it is a message. */
interface PacketHead {
  end: number
  qos: number
  /** `null`: it is no message. */
  topic: string | null
  id: number
}

/**
 * Stands between a broker of somebody else and our client of it, which would gather a message of any length in memory (MQTT allows
 * 256 MB) before anybody is asked whether it is wanted. One that is too large for its topic is passed over while it comes in, and is
 * acknowledged: the broker would not send what follows otherwise. What is no MQTT ends the connection with an error.
 */
export class MessageGuard extends Duplex {
  #parts: MessageGuardParts
  /** The first bytes of a packet whose head is not whole yet. */
  #head: Buffer = NOTHING
  /** Bytes of the packet that is coming in. */
  #left = 0
  #isPassedOver = false

  constructor(parts: MessageGuardParts) {
    super()
    this.#parts = parts
    const { socket } = parts
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.push(null))
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#parts.socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { socket } = this.#parts
    if (socket.write(chunk)) done()
    else socket.once('drain', done)
  }

  /** A packet is written in pieces: they leave together. */
  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: () => void): void {
    const pieces = chunks.map(({ chunk, encoding }) => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding)))
    this._write(Buffer.concat(pieces), 'utf8', done)
  }

  override _final(done: () => void): void {
    this.#parts.socket.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#parts.socket.destroy()
    done(error)
  }

  #take(chunk: Buffer): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    let from = 0
    let at = 0
    while (at < bytes.length) {
      if (this.#left === 0 && !this.#begin(bytes, at)) break
      const step = Math.min(this.#left, bytes.length - at)
      if (this.#isPassedOver) {
        this.#pass(bytes.subarray(from, at))
        from = at + step
      }
      this.#left -= step
      at += step
    }
    this.#head = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at))
    this.#pass(bytes.subarray(from, at))
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0 && !this.destroyed && !this.push(bytes)) this.#parts.socket.pause()
  }

  /** Begins a packet; says whether enough of it is here. */
  #begin(bytes: Buffer, start: number): boolean {
    const head = readHead(bytes, start)
    if (head === null) return false
    if (typeof head === 'string') {
      this.destroy(new Error(head))
      return false
    }
    const { topic, qos, id, end } = head
    this.#left = end - start
    this.#isPassedOver = topic !== null && this.#left > this.#parts.most(topic)
    if (!this.#isPassedOver || topic === null) return true
    if (qos === 1) this.#parts.socket.write(Buffer.from([0x40, 2, id >> 8, id & 255]))
    this.#parts.passedOver({ topic, bytes: this.#left })
    return true
  }
}

/** `null`: more bytes are needed to know; a text: what is wrong with it. */
function readHead(bytes: Buffer, start: number): PacketHead | null | string {
  const first = bytes[start] ?? 0
  let length = 0
  let body = start + 1
  for (let shift = 0; ; shift += 7) {
    if (shift > 21) return 'it speaks no MQTT'
    const byte = bytes[body]
    if (byte === undefined) return null
    body += 1
    length += (byte & 127) << shift
    if (byte < 128) break
  }
  const end = body + length
  if (first >> 4 !== PUBLISH) return length > OTHER_BYTES ? 'it speaks no MQTT' : { end, qos: 0, topic: null, id: 0 }
  const qos = (first >> 1) & 3
  if (bytes.length < body + 2) return null
  const behind = body + 2 + bytes.readUInt16BE(body)
  const own = behind + (qos === 0 ? 0 : 2)
  if (own > end || qos > 1) return 'it sends a message that nobody can have asked for'
  if (bytes.length < own) return null
  return { end, qos, topic: bytes.toString('utf8', body + 2, behind), id: qos === 0 ? 0 : bytes.readUInt16BE(behind) }
}
