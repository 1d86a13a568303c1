import { Duplex } from 'node:stream'
import type { Clock } from '../../shared/clock.ts'
import { Answers } from './answers.ts'
import type { BrokerLimits } from './broker-limits.ts'
import { FrameScanner } from './frames.ts'
import { GateOutput } from './gate-output.ts'
import { Outstanding } from './outstanding.ts'

export interface GateOptions {
  clock: Clock
  limits: BrokerLimits
  /** The client broke MQTT or a limit; the connection is closed already. */
  onViolation: (reason: string) => void
  /** It was closed while its client took no bytes: so many QoS 0 messages went nowhere, which nobody will send again. */
  onDropped: (messages: number) => void
}

/** CONNACK, unacceptable protocol version. */
const WRONG_PROTOCOL = Buffer.from([0x20, 2, 0, 1])
/** PUBACK with packet id 0: type, and two bytes that follow. */
const PUBACK_HEADER = 0x40020000
const LINGER_MS = 1_000
const NOTHING = Buffer.alloc(0)

/**
 * Stands between a socket and Aedes: only complete, legal packets of a bearable size come in, nothing behind CONNECT
 * before it is accepted, and what goes out is gathered and bounded. Aedes sees an ordinary stream.
 */
export class Gate<Owner> extends Duplex {
  readonly owner: Owner
  readonly scanner: FrameScanner
  readonly answers = new Answers()
  /** Takes packets before Aedes, once the client is registered: how many of the bytes before `end` it took. */
  direct: ((bytes: Buffer, end: number) => number) | null = null
  /** Why it was closed; empty while open or when the client closed it in order. */
  reason = ''
  #socket: Duplex
  #options: GateOptions
  #output: GateOutput
  #outstanding = new Outstanding()
  #rest: Buffer | null = null
  /** PUBACKs wait for the end of this turn. */
  #gathering = false
  #born: number
  /** PUBLISH packets that may still come in this second. */
  #allowance: number
  #wanted = true
  #flowing = true
  #choked = false
  #ended = false
  /** The socket is closed: what is written goes nowhere. */
  #gone = false
  /** Closing must wait: Aedes is registering the client and loses track of one that closes meanwhile. */
  #held = false
  #shutting = false
  /** The client does not read. */
  #slow = false
  /** The client broke a rule: nothing is sent any more. */
  #cut = false

  constructor(socket: Duplex, owner: Owner, options: GateOptions) {
    super()
    this.owner = owner
    this.#socket = socket
    this.#options = options
    this.scanner = new FrameScanner(options.limits)
    this.scanner.outstanding = this.#outstanding
    this.#output = new GateOutput(socket, options.clock)
    this.#allowance = options.limits.messagesPerSecond
    this.#born = options.clock.mono()
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('end', () => this.#end())
    socket.on('error', (error: Error) => this.#lost(error.message))
    socket.on('close', () => this.#lost('connection lost'))
  }

  /** Lets packets behind CONNECT pass. */
  open(): void {
    this.scanner.open = true
    this.#take(NOTHING)
    this.#flow()
  }

  /** Stops reading from the client, or goes on. */
  choke(choked: boolean): void {
    this.#choked = choked
    this.#flow()
  }

  /**
   * A retained PUBLISH of the client is in the retained store, or refused. A SUBSCRIBE behind it waits for that, so that
   * the message comes back as a retained one [MQTT-3.3.1-8].
   */
  retained(): void {
    this.scanner.retaining -= 1
    if (!this.scanner.held || this.scanner.retaining > 0) return
    // Aedes may be within the packet before, and takes no other meanwhile.
    process.nextTick(() => this.#take(NOTHING))
  }

  /** Puts closing off until `release`. */
  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    if (this.#shutting) this.destroy()
  }

  /** Closes the connection; the first reason stays. Safe at any time. */
  shut(reason: string): void {
    if (this.reason === '') this.reason = reason
    this.#shutting = true
    if (!this.#held) this.destroy()
  }

  /** Closes whatever Aedes may be doing. */
  abort(reason: string): void {
    this.#held = false
    this.shut(reason)
  }

  /** Sends PUBACK behind whatever Aedes wrote; those of one turn leave together. */
  acknowledge(packetId: number): void {
    if (this.destroyed) return
    if (!this.#gathering) {
      this.#gathering = true
      this.cork()
      process.nextTick(() => {
        this.#gathering = false
        this.uncork()
      })
    }
    const bytes = Buffer.allocUnsafe(4)
    bytes.writeUInt32BE(PUBACK_HEADER + packetId)
    this.write(bytes)
  }

  /** Looks at the clock. The broker calls it a few times a second; `share` is the part of a second since the last call. */
  tick(now: number, share: number): void {
    const { limits } = this.#options
    if (!this.scanner.connected && now - this.#born > limits.connectTimeoutMs) {
      this.#violate('CONNECT did not come in time')
      return
    }
    if (this.#allowance < limits.messagesPerSecond) {
      const refilled = this.#allowance + limits.messagesPerSecond * share
      this.#allowance = Math.min(limits.messagesPerSecond, refilled)
      this.#flow()
    }
    const waited = this.#output.stuckMs(now)
    if (waited > limits.stallMs) this.#output.release()
    if (this.#output.bytes + this.writableLength > limits.outputBytes) this.#tooSlow('reader is too slow')
    else if (waited > limits.drainTimeoutMs) this.#tooSlow('reader takes no bytes')
  }

  override _read(): void {
    this.#wanted = true
    this.#flow()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#gone) done()
    else this.#send(chunk, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    if (this.#gone) done()
    else this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  /** Whole packets. */
  #send(packets: Buffer, done: () => void): void {
    const before = this.#outstanding.unacknowledged
    const reason = this.#outstanding.sent(packets)
    const messages = this.#outstanding.unacknowledged - before
    if (reason === null) this.#output.add(this.answers.mend(packets), messages, done)
    else {
      done()
      this.#violate(reason)
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#rest = null
    this.#countDropped()
    if (!this.#gone) this.#closeSocket()
    done(error)
  }

  /** What waits for a reader that is stuck goes nowhere, whatever ends it. */
  #countDropped(): void {
    const { clock, limits, onDropped } = this.#options
    const isSlow = this.#slow || this.#output.stuckMs(clock.mono()) > limits.stallMs
    if (isSlow && this.#output.messages > 0) onDropped(this.#output.messages)
  }

  #take(chunk: Buffer): void {
    if (this.destroyed || this.#shutting) return
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = null
    const before = this.scanner.publishes
    const direct = this.scanner.between && this.readableLength === 0 ? this.direct : null
    const passing = this.scanner.scan(bytes)
    if (this.scanner.violation !== null) {
      this.#violate(this.scanner.violation)
      return
    }
    this.#allowance -= this.scanner.publishes - before
    if (passing < bytes.length) this.#keep(bytes, passing)
    const taken = direct === null ? 0 : direct(bytes, passing)
    if (this.destroyed) return
    if (passing > taken) this.#wanted = this.push(bytes.subarray(taken, passing))
    if (this.#ended && !this.#waits) this.push(null)
    else this.#flow()
  }

  /** Keeps what may not pass yet; a short rest is copied, so that it does not keep its whole chunk alive. */
  #keep(bytes: Buffer, from: number): void {
    const rest = bytes.subarray(from)
    this.#rest = rest.length < bytes.length / 2 ? Buffer.from(rest) : rest
  }

  /** What the client sent is kept until something else has happened. */
  get #waits(): boolean {
    return this.scanner.held || (this.scanner.connected && !this.scanner.open)
  }

  #flow(): void {
    const flowing = this.#wanted && !this.#waits && !this.#choked && this.#allowance > 0 && !this.destroyed
    if (flowing === this.#flowing) return
    this.#flowing = flowing
    if (flowing) this.#socket.resume()
    else this.#socket.pause()
  }

  /** The client sends no more; what it sent before still counts. */
  #end(): void {
    this.#ended = true
    if (this.reason === '' && !this.scanner.disconnected) this.reason = 'the client closed the connection'
    this.#take(NOTHING)
  }

  #lost(reason: string): void {
    this.#gone = true
    this.#output.release()
    // After an orderly end Aedes reads what is left and closes by itself.
    if (this.#ended && this.scanner.connected && reason === 'connection lost') return
    this.shut(reason)
  }

  #tooSlow(reason: string): void {
    this.#slow = true
    // What the writer holds back is to be counted too.
    this.#output.release()
    this.#violate(reason)
  }

  #violate(reason: string): void {
    if (this.#shutting) return
    this.#cut = !this.scanner.wrongProtocol
    if (!this.#cut) this.#output.last(WRONG_PROTOCOL)
    this.#options.onViolation(reason)
    this.shut(reason)
  }

  /** An orderly closing sends what is written already; a client that broke a rule is cut off. */
  #closeSocket(): void {
    const socket = this.#socket
    if (this.#cut) socket.destroy()
    else {
      this.#output.end()
      const cancel = this.#options.clock.after(LINGER_MS, () => socket.destroy())
      socket.once('close', cancel)
      // Without a reader the other side's end would never be seen.
      socket.resume()
    }
  }
}
