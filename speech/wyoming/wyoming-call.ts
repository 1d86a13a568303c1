import { createConnection, type Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import { encodeWyoming, type WyomingEvent, WyomingReader } from './wyoming-event.ts'

export interface WyomingPlace {
  /** For people: its name in the settings. */
  name: string
  host: string
  port: number
  clock: Clock
}

/** Nothing came for so long after everything was said. */
const SILENT_MS = 30_000

/** One question to a Wyoming server, over a connection of its own that is always closed. */
export class WyomingCall {
  #place: WyomingPlace
  #socket: Socket
  #events: WyomingEvent[] = []
  #fault: Error | null = null
  #changed = Promise.withResolvers<void>()
  #close = () => {}

  constructor(place: WyomingPlace, signal: AbortSignal | undefined) {
    this.#place = place
    const { host, port } = place
    const reader = new WyomingReader()
    this.#socket = createConnection({ host, port, noDelay: true })
    this.#socket.on('data', (bytes) => {
      try {
        this.#events.push(...reader.push(bytes))
        this.#tell()
      } catch (error) {
        this.#fail(`it sent ${asError(error).message}`)
      }
    })
    this.#socket.on('error', (error) => this.#fail(error.message))
    this.#socket.on('close', () => this.#fail('it closed the connection'))
    const abort = () => this.#end(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    this.#close = () => signal?.removeEventListener('abort', abort)
    if (signal?.aborted) abort()
  }

  /** What cannot be sent shows when an answer is waited for. */
  send(type: string, data: Record<string, unknown> = {}, payload?: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeWyoming(type, data, payload))
  }

  /** The next event of one of these types. Rejects with `unreachable` and `timed_out`, and with the signal's reason. */
  async next(...types: readonly string[]): Promise<WyomingEvent> {
    const { clock, name } = this.#place
    const cancel = clock.after(SILENT_MS, () =>
      this.#end(new LaresError('timed_out', `${name} said nothing for ${durationWords(SILENT_MS)}`)),
    )
    try {
      for (;;) {
        const event = this.#events.shift()
        if (event?.type === 'error') this.#fail(`it says ${JSON.stringify(event.data.text ?? null)}`)
        else if (event && types.includes(event.type)) return event
        else if (event) continue
        if (this.#fault) throw this.#fault
        await this.#changed.promise
      }
    } finally {
      cancel()
    }
  }

  /** Always call it. */
  close(): void {
    this.#close()
    this.#fault ??= new Error('it was closed')
    this.#socket.destroy()
  }

  #fail(why: string): void {
    const { name, host, port } = this.#place
    this.#end(
      new LaresError('unreachable', `${name} at ${host}:${port}: ${why}`, {
        hint: 'Look whether it runs there: lares voice try shows what it does.',
      }),
    )
  }

  #end(fault: Error): void {
    this.#fault ??= fault
    this.#socket.destroy()
    this.#tell()
  }

  #tell(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers<void>()
    resolve()
  }
}
