import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hearWhole, type SpeechToText } from '../../../../speech/ports/speech-to-text.ts'
import { resample } from '../../../../speech/sound/resample.ts'
import { readWav } from '../../../../speech/sound/wav-sound.ts'
import { comparedWords, wordErrors } from '../../../../speech/word-errors.ts'

const TESTDATA = '/usr/share/pocketsphinx/test/data'
const PROMPTS = '/usr/share/asterisk/sounds/en_US_f_Allison'
const RATE = 16_000

export interface HumanClip {
  file: string
  said: string
}

/** What people read aloud, of two packages of Debian. `missing`: packages that are not here. */
export function humanClips(): { clips: HumanClip[]; missing: string[] } {
  const prompts = promptClips()
  const read = readClips()
  return {
    clips: [...read, ...prompts],
    missing: [
      ...(read.length === 0 ? ['pocketsphinx-testdata'] : []),
      ...(prompts.length === 0 ? ['asterisk-core-sounds-en-wav'] : []),
    ],
  }
}

/** Each line of a transcription: `<s> ten of clubs </s> (001)`. */
function readClips(): HumanClip[] {
  return ['cards', 'librivox'].flatMap((folder) => {
    const at = join(TESTDATA, folder)
    if (!existsSync(at)) return []
    const [lines = ''] = readdirSync(at)
      .filter((name) => name.endsWith('transcription'))
      .map((name) => readFileSync(join(at, name), 'utf8'))
    return [...lines.matchAll(/<s>(.*?)<\/s>\s*\((\S+)\)/g)].flatMap(([, said = '', name = '']) => {
      const file = join(at, `${name}.wav`)
      return existsSync(file) ? [{ file, said }] : []
    })
  })
}

function promptClips(): HumanClip[] {
  const lines = readFileSync(join(import.meta.dirname, 'asterisk-prompts-en.tsv'), 'utf8').split('\n')
  return lines.flatMap((line) => {
    const [name = '', said = ''] = line.split('\t')
    const file = join(PROMPTS, name)
    return said === '' || name.startsWith('#') || !existsSync(file) ? [] : [{ file, said }]
  })
}

export interface Understood {
  clips: number
  /** Words heard wrong, as a part of those said, in all clips together. */
  wordErrors: number
  /** Seconds that a second of speech took. */
  timesReal: number
}

/** Lets an engine hear all clips. */
export async function understand(engine: SpeechToText, clips: readonly HumanClip[]): Promise<Understood> {
  let [words, wrong, seconds, tookMs] = [0, 0, 0, 0]
  for (const { file, said } of clips) {
    const { samples } = resample(readWav(readFileSync(file)), RATE)
    const heard = await hearWhole(engine, samples, { language: 'en' })
    const length = comparedWords(inWords(said)).length
    words += length
    wrong += wordErrors(inWords(said), inWords(heard.text)) * length
    seconds += samples.length / RATE
    tookMs += heard.tookMs
  }
  return { clips: clips.length, wordErrors: wrong / words, timesReal: tookMs / 1_000 / seconds }
}

const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
/** Written in two ways, and said in one. */
const SAME: readonly [RegExp, string][] = [
  [/\b\d{1,2}\b/g, ''],
  [/\bmr\b\.?/gi, 'mister'],
  [/\bok\b/gi, 'okay'],
]

function inWords(text: string): string {
  return SAME.reduce(
    (done, [from, to]) => done.replaceAll(from, (found) => (to === '' ? (NUMBERS[Number(found)] ?? found) : to)),
    text,
  )
}
