import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { systemClock, wait } from '../../../../shared/clock.ts'
import { spokenWhole } from '../../../../speech/ports/text-to-speech.ts'
import { resample } from '../../../../speech/sound/resample.ts'
import type { Sound } from '../../../../speech/sound/wav-sound.ts'
import { KNOWN_VOICES } from '../../../../speech/voices/known-voices.ts'
import { SpeakerInTheRoom } from '../../../../test/end-to-end/speaker-in-the-room.ts'
import { residentMb } from '../figures.ts'
import { createDevices } from '../local-admin.ts'

const RATE = 16_000
/** Until all that is kept for good was made once. */
const FIRST = 30
/** What ends by itself has ended by then. */
const SETTLE_MS = 3_000
const SENTENCES = ['what time is it', 'set a timer for ten minutes', 'who are you', 'the purple elephant sings']

/** What a hub holds. */
export interface Held {
  /** The hub's, and those that it began. */
  processes: number
  handles: number
  rss_mb: number
}

/** What a hub held after its first turns and after all of them. */
export interface Leaks {
  turns: number
  before: Held
  after: Held
}

/**
 * So many turns with the engines of this machine, one after the other: answered to their end, with frames lost, interrupted by the
 * next, muted in the middle, and not understood.
 */
export async function countLeaks(
  hub: { pid: number; ports: { socket: string; plain: number } },
  { turns, say }: { turns: number; say: (words: string) => void },
): Promise<Leaks> {
  const [made] = await createDevices(hub.ports.socket, 1)
  const [voice] = KNOWN_VOICES
  if (!made || !voice) throw new Error('no device was made, or no voice is known')
  const sounds: Sound[] = []
  for (const text of SENTENCES) sounds.push(resample(await spokenWhole(voice, text, { language: 'en' }), RATE))
  const speaker = await SpeakerInTheRoom.connect({ ...made, port: hub.ports.plain })
  const heard = new Set<string>()
  let before: Held | null = null
  for (let turn = 0; turn < turns + FIRST; turn += 1) {
    if (turn === FIRST) before = await held(hub.pid)
    const sound = sounds[turn % sounds.length]
    if (sound === undefined) break
    if (turn % 7 === 3) await speaker.say(sound, { reason: 'muted' as never })
    else {
      await speaker.say(sound, turn % 5 === 2 ? { gone: [4, 9, 14] } : {})
      // The next one speaks into this answer.
      if (turn % 6 === 5) await wait(systemClock, 60)
      else heard.add((await speaker.hears(heard)).id)
    }
    if (turn % 100 === 99) say(`${turn + 1} turns: ${JSON.stringify(await held(hub.pid, 0))}`)
  }
  const after = await held(hub.pid)
  await speaker.close()
  return { turns, before: before ?? after, after }
}

async function held(pid: number, settleMs = SETTLE_MS): Promise<Held> {
  await wait(systemClock, settleMs)
  const all = [pid, ...childrenOf(pid)]
  return {
    processes: all.length,
    handles: readdirSync(`/proc/${pid}/fd`).length,
    rss_mb: Math.round(all.reduce((sum, one) => sum + residentMb(one), 0)),
  }
}

/** Also those of its children, and those that nobody has waited for. */
function childrenOf(pid: number): number[] {
  const own = execFileSync('ps', ['-o', 'pid=,ppid=', '-A'], { encoding: 'utf8' })
  const pairs = own
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, of = 0]) => (of === parent && isThere(child) ? [child, ...below(child)] : []))
  return below(pid)
}

function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8').includes('VmRSS')
  } catch {
    return false
  }
}
