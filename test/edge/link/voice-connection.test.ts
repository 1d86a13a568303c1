import { afterEach, describe, expect, it } from 'vitest'
import { VoiceConnection } from '../../../edge/link/voice-connection.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { encode } from '../../../shared/codec.ts'
import { silentLog } from '../../../shared/log.ts'
import { audioFrame } from '../../../shared/messages/audio-frame.ts'
import { session } from '../../../shared/messages/session.ts'
import { turn } from '../../../shared/messages/turn.ts'
import { makeCertificate } from '../certificate.ts'
import { HubDouble } from '../hub-double.ts'

const SECRET = 's'.repeat(43)
const DEVICE = 'kitchen-x7k2m9'
const certificate = makeCertificate()

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function setUp() {
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  await hub.start()
  stops.push(() => hub.stop())
  const clock = new ManualClock()
  const heard = { sessions: 0, speech: [] as string[], connected: 0 }
  const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
  const voice = new VoiceConnection({
    identity: { device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0, ...where },
    clock,
    log: silentLog,
    onSession: () => {
      heard.sessions += 1
    },
    onSpeech: (speech, frame) => heard.speech.push(`${speech} ${frame.seq} ${frame.pcm.length}`),
    onConnected: () => {
      heard.connected += 1
    },
    random: () => 0.5,
  })
  stops.push(() => voice.stop())
  return { hub, clock, voice, heard }
}

describe('the voice connection', () => {
  it('carries turns up and sessions and speech down, as a client of its own without a will', async () => {
    const { hub, voice, heard } = await setUp()
    expect(voice.ready()).toBe(false)
    voice.start()
    await hub.until('connected', () => heard.connected === 1)
    await voice.publish('turn', encode('turn', turn.sample))
    await voice.publish('audio', encode('audio-frame', audioFrame.sample), turn.sample.turn)
    await hub.until('both came', () => hub.received.length === 2)
    expect(hub.received.map(({ client, topic }) => `${client} ${topic}`)).toEqual([
      `${DEVICE}.voice lares/${DEVICE}/turn`,
      `${DEVICE}.voice lares/${DEVICE}/audio/${turn.sample.turn}`,
    ])
    hub.send('session', session.sample)
    hub.publishRaw(`lares/${DEVICE}/speech/s1`, 'nonsense')
    hub.speak('s1', audioFrame.sample)
    await hub.until('both were heard', () => heard.sessions === 1 && heard.speech.length === 1)
    expect(heard.speech).toEqual(['s1 0 1280'])
    hub.cut()
    await hub.until('it ended', () => !voice.ready())
    expect(hub.wills).toEqual([])
  })

  it('rejects what it cannot send, and connects again by itself', async () => {
    const { hub, clock, voice, heard } = await setUp()
    await expect(voice.publish('wake', Buffer.from('{}'))).rejects.toMatchObject({ code: 'unreachable' })
    voice.start()
    await hub.until('connected', () => heard.connected === 1)
    hub.cut()
    await hub.until('connected again', () => {
      if (voice.state.state === 'offline') clock.advance(1_000)
      return heard.connected === 2
    })
  })
})
