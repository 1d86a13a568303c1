import { execFile } from 'node:child_process'
import { cleanText } from '../../shared/clean-text.ts'
import { inherited } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'
import { faultFromSpawn } from './sound-fault.ts'

export interface SoundDevice {
  /** What to write into the configuration. By the card's name, because its number changes when something is plugged. */
  device: string
  /** The card's name, or `null` for a device that is no card (PulseAudio, a device of asound.conf). */
  card: string | null
  description: string
}

const LISTING_MS = 5_000
/** Names of `-L` that are no microphone and no speaker of anybody: samplers, filters, the void. */
const NOT_FOR_PEOPLE =
  /^(null|lavrate|samplerate|speexrate|speex|upmix|vdownmix|jack|oss|usbstream|hw|sysdefault|front|surround\w*|iec958|dsnoop|dmix|hdmi)\b/

/**
 * Microphones (`arecord`) or speakers (`aplay`) of this machine, cards first. An empty list: there is none.
 * Throws `missing_program` when alsa-utils is not installed.
 */
export async function listSoundDevices(program: 'arecord' | 'aplay' = 'arecord'): Promise<SoundDevice[]> {
  const cards = parseCards(await list(program, '-l'))
  const known = new Set(cards.map(({ device }) => device))
  return [...cards, ...parseNames(await list(program, '-L')).filter(({ device }) => !known.has(device))]
}

/** The cards in the output of `arecord -l` in English. */
export function parseCards(output: string): SoundDevice[] {
  const found = output.matchAll(/^card \d+: (\S+) \[(.*?)\], device (\d+): (.*?) \[(.*?)\]\s*$/gm)
  return Array.from(found, ([, card = '', cardTitle = '', number = '0', , title = '']) => ({
    device: `plughw:CARD=${card},DEV=${number}`,
    card,
    description: `${cardTitle}, ${title}`,
  }))
}

/** The names in the output of `arecord -L`: a name at the begin of a line, its description indented below. */
export function parseNames(output: string): SoundDevice[] {
  return output
    .split(/\n(?=\S)/)
    .map((entry) => entry.split('\n').map((line) => line.trim()))
    .filter(([name]) => name !== undefined && name !== '' && !NOT_FOR_PEOPLE.test(name))
    .map(([name = '', ...description]) => ({
      device: name,
      card: /CARD=([^,]+)/.exec(name)?.[1] ?? null,
      description: description.filter((line) => line !== '').join(', '),
    }))
}

function list(program: 'arecord' | 'aplay', flag: '-l' | '-L'): Promise<string> {
  const env = inherited({ LC_ALL: 'C' })
  return new Promise((resolve, reject) => {
    execFile(program, [flag], { env, timeout: LISTING_MS, encoding: 'utf8' }, (error, stdout) => {
      if (error?.code === 'ENOENT' || error?.code === 'EACCES') {
        const fault = faultFromSpawn(program, error as NodeJS.ErrnoException)
        reject(new LaresError(fault.code, fault.reason, { cause: error }))
        // exit 1 with "no soundcards found..." is an answer
      } else resolve(stdout.split('\n').map(cleanLine).join('\n'))
    })
  })
}

/** Descriptions stand indented below their name. */
function cleanLine(line: string): string {
  return (/^\s/.test(line) ? '  ' : '') + cleanText(line)
}
