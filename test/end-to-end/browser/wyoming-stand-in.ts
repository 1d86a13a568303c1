import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { pcmSamples } from '../../../speech/sound/pcm-bytes.ts'
import { encodeWyoming, type WyomingEvent, WyomingReader } from '../../../speech/wyoming/wyoming-event.ts'

const RATE = 16_000

/** A server of Wyoming that understands always the same, and speaks half a second of silence. */
export class WyomingStandIn {
  #server: Server
  #sockets = new Set<Socket>()
  #hears: string
  #sound: Int16Array[] = []
  /** What it was last to speak. */
  spoken: string | null = null

  private constructor(server: Server, hears: string) {
    this.#server = server
    this.#hears = hears
  }

  static async open({ hears }: { hears: string }): Promise<WyomingStandIn> {
    const server = createServer()
    const standIn = new WyomingStandIn(server, hears)
    server.on('connection', (socket) => standIn.#serve(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return standIn
  }

  /** A `hub.toml` with it as the only engine. */
  get settings(): string {
    const address = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    const engine = (does: string) => `{ kind = "wyoming", does = "${does}", address = "${address}" }`
    return [
      'log = "error"',
      '[voice]',
      `engines = { whisper = ${engine('hear')}, piper = ${engine('speak')} }`,
      'hear = ["whisper"]',
      'speak = ["piper"]',
      '',
    ].join('\n')
  }

  /** The sound that it was sent so far. */
  heard(): { seconds: number; loudest: number } {
    const samples = this.#sound.reduce((sum, piece) => sum + piece.length, 0)
    const loudest = this.#sound.reduce((most, piece) => piece.reduce((one, at) => Math.max(one, Math.abs(at)), most), 0)
    return { seconds: samples / RATE, loudest }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #serve(socket: Socket): void {
    const reader = new WyomingReader()
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const event of reader.push(bytes)) this.#answer(event, socket)
    })
  }

  #answer({ type, data, payload }: WyomingEvent, socket: Socket): void {
    if (type === 'audio-chunk') this.#sound.push(pcmSamples(payload))
    if (type === 'audio-stop') socket.write(encodeWyoming('transcript', { text: this.#hears }))
    if (type !== 'synthesize') return
    this.spoken = String(data.text)
    const format = { rate: RATE, width: 2, channels: 1 }
    socket.write(encodeWyoming('audio-start', format))
    socket.write(encodeWyoming('audio-chunk', format, Buffer.alloc(RATE)))
    socket.write(encodeWyoming('audio-stop'))
  }
}
