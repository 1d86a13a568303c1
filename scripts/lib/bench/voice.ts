import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../../shared/clock.ts'
import { listenerOf, readChosen } from '../../../speech/chosen-listener.ts'
import { SpeechFolder } from '../../../speech/packages/speech-folder.ts'
import { scoreSentences, sentenceFile } from '../../../test/hub/features/voice/sentence-score.ts'
import { residentMb, withFolder } from './figures.ts'
import { startHub } from './hub-process.ts'
import { stopTimes } from './voice/barge-in.ts'
import { askEmbedded } from './voice/embedded.ts'
import { humanClips, understand } from './voice/human-speech.ts'
import { countLeaks, type Leaks } from './voice/leaks.ts'
import { measureOverhead } from './voice/overhead.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Where tests keep what was fetched; fetched anew where it is not. */
const KEPT = join(ROOT, '.cache/speech')
const BARGE_INS = 50

const { values } = parseArgs({
  options: {
    questions: { type: 'string', default: '20' },
    sessions: { type: 'string', default: '20' },
    quick: { type: 'boolean', default: false },
    turns: { type: 'string' },
  },
})
const questions = values.quick ? 3 : Number(values.questions)
const sessions = values.quick ? 3 : Number(values.sessions)

function quantile(times: readonly number[], part: number): number | null {
  const sorted = times.toSorted((one, other) => one - other)
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  return found === undefined ? null : Math.round(found * 10) / 10
}

const rounded = (value: number) => Math.round(value * 1_000) / 1_000
const say = (words: string) => console.error(words)

/** What runs the model, which is a child of the hub. */
function childMb(pid: number): number | null {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  const [mb] = children
    .filter((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('moonshine-process'))
    .map((child) => residentMb(Number(child)))
  return mb ?? null
}

/** What a hub holds after so many turns that it did not hold before. */
async function leaks(turns: number): Promise<Leaks> {
  return await withFolder(async (folder) => {
    const data = join(folder, 'hub')
    mkdirSync(data)
    installSpeech(data)
    const hub = await startHub({ folder: data, config: 'log = "error"\n' })
    try {
      return await countLeaks(hub, { turns, say })
    } finally {
      await hub.stop()
    }
  })
}

function installSpeech(data: string): void {
  const kept = existsSync(KEPT) && readdirSync(KEPT).length > 0 ? ['--from', KEPT] : []
  execFileSync(join(ROOT, 'lares'), ['voice', 'install', '--data', data, ...kept], { stdio: ['ignore', 2, 2] })
}

async function main(): Promise<Record<string, number | null>> {
  const overhead = await measureOverhead({ sessions, turns: values.quick ? 5 : 50, say })
  return await withFolder(async (folder) => {
    const data = join(folder, 'hub')
    mkdirSync(data)
    installSpeech(data)
    const speech = new SpeechFolder(data)
    const chosen = readChosen(speech)
    if (chosen === null) throw new Error('nothing that understands speech fits this machine')
    const hub = await startHub({ folder: data })
    say('questions with the engines of this machine')
    const times = await askEmbedded(hub.ports, questions)
    const memory = { rss_mb: residentMb(hub.pid), rss_stt_mb: childMb(hub.pid) }
    await hub.stop()
    const { clips, missing } = humanClips()
    for (const name of missing) say(`${name} is not installed: what people say in it is not heard`)
    say(`${clips.length} clips of people`)
    const ears = listenerOf(speech, chosen.size, systemClock)
    const understood = clips.length === 0 ? null : await understand(ears, values.quick ? clips.slice(-3) : clips)
    await ears.rest()
    const fresh = (['en', 'de'] as const).map((code) => scoreSentences(sentenceFile(`fresh.${code}`), code))
    return {
      ...overhead,
      end_to_end_p50_ms: quantile(times.afterSpeech, 0.5),
      after_decision_p50_ms: quantile(times.afterDecision, 0.5),
      after_decision_p90_ms: quantile(times.afterDecision, 0.9),
      bargein_p99_ms: quantile(await stopTimes(values.quick ? 3 : BARGE_INS), 0.99),
      stt_wer_human: understood && rounded(understood.wordErrors),
      stt_clips: understood?.clips ?? null,
      stt_rtf: understood && rounded(understood.timesReal),
      intent_right_known: rounded(Math.min(...fresh.map(({ right }) => right))),
      intent_right_unseen: null,
      intent_false_accepts: rounded(Math.max(...fresh.map(({ falseAccepts }) => falseAccepts))),
      wake_missed: null,
      wake_false_per_hour: null,
      ...memory,
    }
  })
}

console.log(JSON.stringify(await (values.turns === undefined ? main() : leaks(Number(values.turns)))))
