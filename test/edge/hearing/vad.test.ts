import { describe, expect, it } from 'vitest'
import { BLOCK_BYTES, BLOCK_MS } from '../../../edge/hearing/block.ts'
import { speechBandMeter } from '../../../edge/hearing/speech-band.ts'
import type { VadDecision, VadOptions } from '../../../edge/hearing/vad.ts'
import { Vad } from '../../../edge/hearing/vad.ts'
import type { SpeechDetector } from '../../../edge/hearing/webrtc-vad.ts'
import { openWebrtcVad } from '../../../edge/hearing/webrtc-vad.ts'
import { mix, noise, seconds, silence, speech, speechMissing } from '../../fixtures/speech.ts'

const SENTENCES = [
  'turn on the kitchen light please',
  'what is the temperature in the living room',
  'set a timer for ten minutes',
]
const COMMANDS = ['stop', 'yes', 'no', 'next', 'pause']
const VOICES = ['en', 'en+f3', 'de']
const SPEECH_DB = -23
const SPEAKS_AT_S = 2

type Room = { noise: 'silence' | 'white' | 'brown'; snrDb: number }

const ROOMS: Room[] = [
  { noise: 'silence', snrDb: 99 },
  ...(['white', 'brown'] as const).flatMap((kind) => [30, 15, 5].map((snrDb) => ({ noise: kind, snrDb }))),
]

function blocksOf(pcm: Buffer): Buffer[] {
  return Array.from({ length: Math.floor(pcm.length / BLOCK_BYTES) }, (_, index) =>
    pcm.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  )
}

async function listen(pcm: Buffer, options: Partial<VadOptions> = {}): Promise<VadDecision[]> {
  const detector = await openWebrtcVad(2)
  const vad = new Vad(detector, options)
  const decisions = blocksOf(pcm).map((block) => vad.next(block))
  detector.close()
  return decisions
}

function inRoom(words: Buffer, room: Room, afterS = 3): Buffer {
  const length = Math.ceil(SPEAKS_AT_S + seconds(words) + afterS)
  const base = room.noise === 'silence' ? silence(length) : noise(room.noise, length, SPEECH_DB - room.snrDb)
  return mix(base, words, SPEAKS_AT_S)
}

/** Which blocks of the clean sound are speech: within 25 dB of its loudness. */
function truth(words: Buffer): boolean[] {
  const meter = speechBandMeter()
  return blocksOf(words).map((block) => meter(block) > SPEECH_DB - 22)
}

interface Heard {
  hits: number
  spoken: number
  falseBlocks: number
  otherBlocks: number
  starts: number
  /** From the last spoken block to the end of the utterance; null when none ended. */
  endAfterMs: number | null
}

async function hear(words: Buffer, room: Room): Promise<Heard> {
  const decisions = await listen(inRoom(words, room))
  const spoken = truth(words)
  const first = (SPEAKS_AT_S * 1_000) / BLOCK_MS
  const last = first + spoken.lastIndexOf(true)
  const start = decisions.findIndex((decision) => decision.started)
  // the pre-roll of 400 ms goes out with the turn
  const prerollFrom = start - 400 / BLOCK_MS
  const isSent = (index: number) =>
    (decisions[index]?.speech ?? false) || (start >= 0 && index >= prerollFrom && index < start)
  const end = decisions.findIndex((decision) => decision.ended !== null)
  const outside = decisions.filter((_, index) => index < first || index > last + 45)
  return {
    hits: spoken.filter((is, index) => is && isSent(first + index)).length,
    spoken: spoken.filter(Boolean).length,
    falseBlocks: outside.filter((decision) => decision.speech).length,
    otherBlocks: outside.length,
    starts: decisions.filter((decision) => decision.started).length,
    endAfterMs: end < 0 ? null : (end - last) * BLOCK_MS,
  }
}

describe.skipIf(speechMissing)('speech in a room', () => {
  it.each(ROOMS)('is heard in $noise at $snrDb dB, once, and nothing else is', async (room) => {
    const heard = await Promise.all(
      SENTENCES.flatMap((text) => VOICES.map((voice) => hear(speech(text, { voice, rmsDb: SPEECH_DB }), room))),
    )
    const sum = (of: (one: Heard) => number) => heard.reduce((total, one) => total + of(one), 0)
    expect(sum((one) => one.hits) / sum((one) => one.spoken)).toBeGreaterThan(0.93)
    expect(sum((one) => one.falseBlocks) / sum((one) => one.otherBlocks)).toBeLessThan(0.01)
    expect(heard.map((one) => one.starts)).toEqual(heard.map(() => 1))
  })

  it.each([
    { noise: 'silence', snrDb: 99 },
    { noise: 'white', snrDb: 5 },
    { noise: 'brown', snrDb: 5 },
  ] satisfies Room[])('of one word ends less than 900 ms after it in $noise at $snrDb dB', async (room) => {
    for (const text of COMMANDS)
      for (const voice of VOICES) {
        const { starts, endAfterMs } = await hear(speech(text, { voice, rmsDb: SPEECH_DB }), room)
        expect(starts, `${text} by ${voice}`).toBe(1)
        expect(endAfterMs, `${text} by ${voice}`).not.toBeNull()
        expect(endAfterMs ?? 0, `${text} by ${voice}`).toBeLessThan(900)
      }
  })

  it('is one utterance however long the sentence, in noise at 5 dB too', async () => {
    const long =
      'please remind me tomorrow morning at seven to take out the rubbish and to water all the flowers on the balcony before it gets too warm outside'
    for (const room of ROOMS.filter(({ snrDb }) => snrDb !== 30)) {
      const { starts, endAfterMs } = await hear(speech(long), room)
      expect(starts, `${room.noise} ${room.snrDb}`).toBe(1)
      expect(endAfterMs ?? -1, `${room.noise} ${room.snrDb}`).toBeGreaterThan(0)
    }
  })

  it('with a pause of two seconds is not cut when the hangover allows for it', async () => {
    const words = speech('set a timer')
    const pause = mix(inRoom(words, { noise: 'white', snrDb: 30 }, 8), words, SPEAKS_AT_S + seconds(words) + 2)
    const starts = async (hangoverMs: number) =>
      (await listen(pause, { hangoverMs })).filter((decision) => decision.started).length
    expect(await starts(2_500)).toBe(1)
    expect(await starts(500)).toBe(2)
  })

  it('ends as soon as the hub says so for who speaks quickly, and later for who speaks slowly, from then on', async () => {
    const words = await speech('stop')
    const ends = async (silenceMs: number | null) => {
      const detector = await openWebrtcVad(2)
      const vad = new Vad(detector)
      vad.endsAfter(silenceMs)
      const decisions = blocksOf(inRoom(words, { noise: 'silence', snrDb: 99 })).map((block) => vad.next(block))
      detector.close()
      return decisions.findIndex(({ ended }) => ended === 'silence') * BLOCK_MS
    }
    const [quick, normal, patient] = [await ends(300), await ends(null), await ends(2_200)]
    expect([normal - quick, patient - normal]).toEqual([200, 1_700])
  })

  it('ends although a television goes on 15 dB below it', async () => {
    const words = speech('turn on the kitchen light please', { rmsDb: -20 })
    const television = speech(
      'and now the news of the day from our reporters all over the country who have been waiting for many hours',
      { voice: 'en+m3', rmsDb: -38, speed: 200 },
    )
    const room = mix(noise('white', 14, -60), words, SPEAKS_AT_S)
    const heard = mix(room, television, SPEAKS_AT_S + 0.5)
    const decisions = await listen(heard)
    const end = decisions.findIndex((decision) => decision.ended === 'silence')
    expect(end * BLOCK_MS).toBeLessThan((SPEAKS_AT_S + seconds(words)) * 1_000 + 1_200)
  })
})

describe('a room without speech', () => {
  it.each(['white', 'brown'] as const)('starts nothing in steady %s noise, quiet or loud', async (kind) => {
    for (const db of [-60, -40, -28, -15]) {
      const decisions = await listen(noise(kind, 20, db))
      expect(
        decisions.filter((decision) => decision.started),
        `${db} dB`,
      ).toHaveLength(0)
    }
  })

  it('does not hold a turn to its cap when a loud steady noise is switched on (a detector alone stays at speech)', async () => {
    for (const kind of ['white', 'brown'] as const)
      for (const db of [-40, -25, -15]) {
        const decisions = await listen(mix(noise('white', 30, -60), noise(kind, 27, db), 3))
        expect(decisions.filter((decision) => decision.started).length, `${kind} ${db}`).toBeLessThanOrEqual(1)
        expect(decisions.filter((decision) => decision.speech).length * BLOCK_MS).toBeLessThan(2_500)
        expect(decisions.some((decision) => decision.ended === 'cap')).toBe(false)
      }
  })

  it('takes no click for speech', async () => {
    const click = Buffer.alloc(2 * 800)
    for (let at = 0; at < click.length; at += 2) click.writeInt16LE(at % 64 < 32 ? 20_000 : -20_000, at)
    const decisions = await listen(mix(noise('white', 6, -60), click, 3))
    expect(decisions.some((decision) => decision.started)).toBe(false)
  })
})

/** Blocks with a level as given and a detector that says what it is told. */
function scripted(): {
  vad: (options?: Partial<VadOptions>) => Vad
  block: (db: number) => Buffer
  says: (is: boolean) => void
} {
  let answer = false
  const detector: SpeechDetector = { isSpeech: () => answer, close: () => {} }
  let phase = 0
  return {
    vad: (options) => new Vad(detector, options),
    says: (is) => {
      answer = is
    },
    block(db) {
      const pcm = Buffer.alloc(BLOCK_BYTES)
      const amplitude = Math.SQRT2 * 32_768 * 10 ** (db / 20)
      for (let at = 0; at < BLOCK_BYTES; at += 2)
        pcm.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(amplitude * Math.sin(phase++ / 4)))), at)
      return pcm
    },
  }
}

describe('the rules of the detector', () => {
  it('an utterance that fluctuates for ever ends with cap, and nothing starts before the sound has paused', () => {
    const { vad, block, says } = scripted()
    const ear = vad({ capMs: 3_000 })
    for (let count = 0; count < 50; count++) ear.next(block(-60))
    says(true)
    const ends: (string | null)[] = []
    let starts = 0
    for (let count = 0; count < 1_000; count++) {
      const { ended, started } = ear.next(block(count % 10 < 6 ? -20 : -55))
      if (ended) ends.push(ended)
      if (started) starts += 1
    }
    expect(ends[0]).toBe('cap')
    expect(starts).toBe(1)
  })

  it('a loud sound starts an utterance although the detector hears no speech in it, and half a second later it is over', () => {
    const { vad, block } = scripted()
    const ear = vad()
    for (let count = 0; count < 50; count++) ear.next(block(-60))
    const decisions = Array.from({ length: 60 }, () => ear.next(block(-30)))
    expect(decisions.filter(({ started }) => started)).toHaveLength(1)
    expect(decisions.filter(({ ended }) => ended === 'silence')).toHaveLength(1)
    expect(decisions.filter(({ speech }) => speech)).toHaveLength(26)
  })

  it('the floor is not learned from speech: after a long sentence the room is as quiet as before', () => {
    const { vad, block, says } = scripted()
    const ear = vad()
    for (let count = 0; count < 100; count++) ear.next(block(-60))
    const before = ear.floorDb
    says(true)
    for (let count = 0; count < 200; count++) ear.next(block(count % 20 < 14 ? -20 : -60))
    expect(ear.floorDb).toBeLessThan(before + 3)
  })

  it('the same sound gives the same decisions', async () => {
    const pcm = noise('brown', 5, -30)
    expect(await listen(pcm)).toEqual(await listen(pcm))
  })
})
