import { crc32 } from 'node:zlib'
import mqtt, { type MqttClient } from 'mqtt'
import { uuid7 } from '../../shared/ids.ts'
import { AUDIO } from '../../shared/limits.ts'
import { decodeAudioFrame, encodeAudioFrame, FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import type { Session } from '../../shared/messages/session.ts'
import { joinSamples } from '../../speech/sound/join-samples.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'

/** What a device was told, and what it was spoken. */
export interface Spoken {
  id: string
  rate: number
  sound: Sound
  /** Milliseconds from the end of the turn to the first frame. */
  afterMs: number
}

/**
 * A speaker as an agent is one, without a microphone and a loudspeaker: sends sound in frames, at its own pace or all at once, and
 * plays in real time or at once what it is sent.
 */
export class SpeakerInTheRoom {
  readonly told: Session[] = []
  readonly device: string
  #client: MqttClient
  #speeches = new Map<string, { rate: number; pieces: Int16Array[]; over: boolean; firstAt: number }>()
  #endedAt = 0
  #changed: (() => void)[] = []

  private constructor(device: string, client: MqttClient) {
    this.device = device
    this.#client = client
    client.on('message', (topic, payload) => this.#hear(topic, payload))
  }

  static async connect({ device, secret, port }: { device: string; secret: string; port: number }) {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      ...{ clientId: `${device}.voice`, username: device, password: secret, reconnectPeriod: 0 },
    })
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve())
      client.once('error', reject)
    })
    const speaker = new SpeakerInTheRoom(device, client)
    await client.subscribeAsync([`lares/${device}/session`, `lares/${device}/speech/+`], { qos: 1 })
    return speaker
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true)
  }

  /** Says a sentence and returns the id of its turn. The sound is at 16 kHz. */
  async say(
    { samples }: Sound,
    { trigger = 'button' as const, paced = false, reason = 'silence' as const, gone = [] as number[] } = {},
  ): Promise<string> {
    const turn = uuid7(Date.now())
    const head = { turn, stream: 7, format: 'pcm_s16le_16000_mono', preroll: 0, trigger }
    await this.#publish('turn', { ...head, phase: 'start' })
    let [seq, crc] = [0, 0]
    for (let at = 0; at < samples.length; at += AUDIO.frameSamples) {
      const piece = samples.subarray(at, at + AUDIO.frameSamples)
      const pcm = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
      crc = crc32(pcm, crc)
      const flags =
        (seq === 0 ? FRAME_FLAGS.start : 0) | (at + AUDIO.frameSamples >= samples.length ? FRAME_FLAGS.end : 0)
      const frame = encodeAudioFrame({ stream: 7, seq, flags, captureUs: seq * 40_000, pcm })
      if (!gone.includes(seq)) await this.#client.publishAsync(`lares/${this.device}/audio/${turn}`, frame, { qos: 0 })
      seq += 1
      if (paced) await new Promise((resolve) => setTimeout(resolve, AUDIO.frameMs))
    }
    this.#endedAt = performance.now()
    await this.#publish('turn', { ...head, phase: 'end', frames: seq, crc32: crc, reason })
    return turn
  }

  /** The next answer that is over, in order of their ids. */
  async hears(after: ReadonlySet<string> = new Set()): Promise<Spoken> {
    for (;;) {
      for (const [id, { rate, pieces, over, firstAt }] of this.#speeches)
        if (over && !after.has(id))
          return { id, rate, sound: { rate, samples: joinSamples(pieces) }, afterMs: firstAt - this.#endedAt }
      await new Promise<void>((resolve) => this.#changed.push(resolve))
    }
  }

  async playback(speech: string, state: 'started' | 'done' | 'stopped', played = 0): Promise<void> {
    await this.#publish('playback', { speech, state, played_ms: played, mono: performance.now() })
  }

  steps(turn: string): string[] {
    return this.told.filter((message) => message.turn === turn).map(({ step }) => step)
  }

  async #publish(topic: string, message: object): Promise<void> {
    await this.#client.publishAsync(`lares/${this.device}/${topic}`, JSON.stringify(message), { qos: 1 })
  }

  #hear(topic: string, payload: Buffer): void {
    if (topic.endsWith('/session')) {
      const session = JSON.parse(String(payload)) as Session
      this.told.push(session)
      if (session.step === 'speaking' && session.speech)
        this.#speeches.set(session.speech.id, { rate: session.speech.rate, pieces: [], over: false, firstAt: 0 })
    } else this.#frame(topic.split('/').at(-1) ?? '', payload)
    for (const changed of this.#changed.splice(0)) changed()
  }

  #frame(id: string, payload: Buffer): void {
    const frame = decodeAudioFrame(payload)
    const speech = this.#speeches.get(id)
    if (typeof frame === 'string' || speech === undefined) return
    if (speech.firstAt === 0) {
      speech.firstAt = performance.now()
      this.playback(id, 'started').catch(left)
    }
    const pcm = Buffer.from(frame.pcm)
    speech.pieces.push(Int16Array.from({ length: pcm.length >> 1 }, (_, n) => pcm.readInt16LE(n * 2)))
    if ((frame.flags & FRAME_FLAGS.end) === 0) return
    speech.over = true
    const ms = (joinSamples(speech.pieces).length / speech.rate) * 1_000
    this.playback(id, 'done', ms).catch(left)
  }
}

/** It was closed before the hub had acknowledged that. */
function left(): void {}
