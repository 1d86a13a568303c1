import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { systemClock, wait } from '../../../../shared/clock.ts'
import { encodeWyoming, WyomingReader } from '../../../../speech/wyoming/wyoming-event.ts'
import { SpeakerInTheRoom } from '../../../../test/end-to-end/speaker-in-the-room.ts'
import { withFolder } from '../figures.ts'
import { startHub } from '../hub-process.ts'
import { createDevices } from '../local-admin.ts'

const RATE = 16_000
/** Half a second of sound that nobody listens to. */
const SOUND = { rate: RATE, samples: new Int16Array(RATE / 2) }
/** Between two questions of one session. */
const PAUSE_MS = 200

/** Understands the same question in everything and speaks a tenth of a second, both at once. */
function instantServer(): Promise<Server> {
  const server = createServer((socket) => {
    const reader = new WyomingReader()
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const { type } of reader.push(bytes)) {
        if (type === 'audio-stop') socket.write(encodeWyoming('transcript', { text: 'what time is it' }))
        if (type !== 'synthesize') continue
        const format = { rate: RATE, width: 2, channels: 1 }
        socket.write(encodeWyoming('audio-start', format))
        socket.write(encodeWyoming('audio-chunk', format, Buffer.alloc(RATE / 5)))
        socket.write(encodeWyoming('audio-stop', {}))
      }
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/**
 * What Lares adds from the end of speech to the first sound at the device: everything but the engines, with so many sessions that
 * ask all the time.
 */
export async function measureOverhead({
  sessions,
  turns,
  say,
}: {
  sessions: number
  turns: number
  say: (words: string) => void
}): Promise<Record<string, number | null>> {
  const server = await instantServer()
  const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const engine = (does: string) => `{ kind = "wyoming", does = "${does}", address = "${at}" }`
  const config = `log = "error"\n[voice]\nengines = { ears = ${engine('hear')}, mouth = ${engine('speak')} }\nhear = ["ears"]\nspeak = ["mouth"]\n`
  const times = await withFolder(async (folder) => {
    const hub = await startHub({ folder, config })
    const devices = await createDevices(hub.ports.socket, sessions)
    say(`${sessions} sessions with engines that answer at once`)
    const measured = await Promise.all(
      devices.map(async (made, n) => {
        const speaker = await SpeakerInTheRoom.connect({ ...made, port: hub.ports.plain })
        const heard = new Set<string>()
        const own: number[] = []
        await wait(systemClock, (PAUSE_MS * n) / sessions)
        for (let turn = 0; turn < turns; turn += 1) {
          await speaker.say(SOUND)
          const { id, afterMs } = await speaker.hears(heard)
          heard.add(id)
          // The first turns are those of a compiler that has not seen the code yet.
          if (turn >= Math.min(3, turns - 1)) own.push(afterMs)
          await wait(systemClock, PAUSE_MS)
        }
        await speaker.close()
        return own
      }),
    )
    await hub.stop()
    return measured.flat().toSorted((one, other) => one - other)
  })
  server.close()
  const at_ = (part: number) => {
    const found = times[Math.min(times.length - 1, Math.floor(times.length * part))]
    return found === undefined ? null : Math.round(found * 10) / 10
  }
  return { overhead_p50_ms: at_(0.5), overhead_p99_ms: at_(0.99), concurrent_sessions: sessions }
}
