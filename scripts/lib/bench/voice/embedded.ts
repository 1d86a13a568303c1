import { randomInt } from 'node:crypto'
import { spokenWhole } from '../../../../speech/ports/text-to-speech.ts'
import { joinSamples } from '../../../../speech/sound/join-samples.ts'
import { resample } from '../../../../speech/sound/resample.ts'
import type { Sound } from '../../../../speech/sound/wav-sound.ts'
import { KNOWN_VOICES } from '../../../../speech/voices/known-voices.ts'
import { SpeakerInTheRoom } from '../../../../test/end-to-end/speaker-in-the-room.ts'
import { createDevices } from '../local-admin.ts'

const RATE = 16_000
/** As an agent waits before it takes a silence for the end: `[microphone] voice_activity` of its own file. */
export const HANGOVER_MS = 500
/** Five words each, and no two answers alike. */
const QUESTIONS = [
  'what time is it now',
  'set a timer for ten minutes',
  'which timers are running now',
  'tell me what day it is',
  'tell me who you are',
]

/** How long answers take with the engines of this machine, milliseconds by question. */
export interface EmbeddedTimes {
  /** From the device's word that speech has ended to the first sound of the answer at the device. */
  afterDecision: number[]
  /** From the last sample of speech. */
  afterSpeech: number[]
}

/** Asks questions one after the other, each spoken in real time and followed by the silence that ends it. */
export async function askEmbedded(
  { socket, plain }: { socket: string; plain: number },
  questions: number,
): Promise<EmbeddedTimes> {
  const [made] = await createDevices(socket, 1)
  if (!made) throw new Error('no device was made')
  const speaker = await SpeakerInTheRoom.connect({ ...made, port: plain })
  const heard = new Set<string>()
  const times: EmbeddedTimes = { afterDecision: [], afterSpeech: [] }
  const sounds = await Promise.all(QUESTIONS.map(question))
  for (let n = 0; n <= questions; n += 1) {
    const sound = sounds[n % sounds.length]
    if (!sound) break
    await speaker.say(sound, { paced: true })
    const { id, afterMs } = await speaker.hears(heard)
    heard.add(id)
    // The first one begins the process that has the model.
    if (n === 0) continue
    times.afterDecision.push(afterMs)
    times.afterSpeech.push(afterMs + HANGOVER_MS)
  }
  await speaker.close()
  return times
}

/** Spoken by the voice that is understood best, with the silence of a room behind it. */
async function question(text: string): Promise<Sound> {
  const [voice] = KNOWN_VOICES
  if (!voice) throw new Error('no voice is known')
  const { samples } = resample(await spokenWhole(voice, text, { language: 'en' }), RATE)
  const last = samples.findLastIndex((sample) => Math.abs(sample) > 300)
  const silence = Int16Array.from({ length: (RATE * HANGOVER_MS) / 1_000 }, () => randomInt(-8, 9))
  return { rate: RATE, samples: joinSamples([samples.subarray(0, last + 1), silence]) }
}
