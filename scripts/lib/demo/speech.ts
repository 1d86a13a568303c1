import { spawn } from 'node:child_process'
import { explain } from '../../../shared/errors.ts'
import { spokenWhole } from '../../../speech/ports/text-to-speech.ts'
import { pcmBytes } from '../../../speech/sound/pcm-bytes.ts'
import { KNOWN_VOICES } from '../../../speech/voices/known-voices.ts'
import { runLares } from './children.ts'
import { KEPT_SPEECH, keepSpeech } from './kept-speech.ts'

const TENTHS = 10

/** Has a hub understand English. Resolves with why it does not; `null`: it does. */
export async function teachEnglish(
  data: string,
  { say, stop }: { say: (text: string) => void; stop: AbortSignal },
): Promise<string | null> {
  try {
    let told = 0
    const progress = (done: number, total: number) => {
      const tenths = Math.floor((done / total) * TENTHS)
      if (tenths > told && (told > 0 || tenths < TENTHS) && total > 10_000_000)
        say(`Fetching what understands speech: ${tenths * 10} % of ${Math.round(total / 1e6)} MB …`)
      told = tenths % TENTHS
    }
    await keepSpeech({ signal: stop, progress })
    await runLares(['voice', 'install', '--size', 'base', '--data', data, '--from', KEPT_SPEECH])
    return null
  } catch (error) {
    stop.throwIfAborted()
    return explain(error).split('\n')[0] ?? 'it could not be installed'
  }
}

/** Says a sentence into the room in which a microphone hears this sink. Resolves when it was said. */
export async function sayInto(sink: string, text: string): Promise<void> {
  const [voice] = KNOWN_VOICES
  if (voice === undefined) throw new Error('no voice is known')
  const { rate, samples } = await spokenWhole(voice, text, { language: 'en' })
  const player = spawn('paplay', ['--raw', '--format=s16le', '--channels=1', `--rate=${rate}`, '-d', sink], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    player.once('error', reject)
    player.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`paplay ended with ${code}`))))
  })
  // It says itself why it ended.
  player.stdin.on('error', () => {})
  player.stdin.end(pcmBytes(samples))
  await ended
}
