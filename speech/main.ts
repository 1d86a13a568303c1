import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '../shared/clock.ts'
import { variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import { type Outlets, PROCESS_OUTLETS, runProgram } from '../shared/run-program.ts'
import { ProgressLine } from '../shared/terminal/progress-line.ts'
import { fitTable } from '../shared/terminal/table.ts'
import { columnsOf } from '../shared/terminal/text-width.ts'
import { listenerOf, readChosen } from './chosen-listener.ts'
import { installSpeech } from './install-speech.ts'
import { MODEL_SIZES, type ModelSize, moonshine, onnxRuntime } from './packages/speech-catalogue.ts'
import { SpeechFolder } from './packages/speech-folder.ts'
import { folderSource, registrySource } from './packages/tarball-source.ts'
import { VOICE_PROGRAM, type VoiceValues } from './program.ts'
import { type Tried, tryVoices } from './speech-doctor.ts'
import { KNOWN_VOICES } from './voices/known-voices.ts'

const SENTENCE = 'Turn off the lamp in the kitchen, and tell me how warm it is in the bedroom.'
const SENTENCE_DE = 'Schalte die Lampe in der Küche aus und sage mir, wie warm es im Schlafzimmer ist.'

/** `lares voice …`: returns the exit code. */
export function runVoice(argv: string[], outlets: Outlets = PROCESS_OUTLETS): Promise<number> {
  return runProgram(VOICE_PROGRAM, argv, {
    outlets,
    run: ({ verb, values }) => runVerb(verb, { values: Object.fromEntries(values), outlets }),
  })
}

interface Call {
  values: VoiceValues
  outlets: Outlets
}

async function runVerb(verb: string, call: Call): Promise<number> {
  const { values, outlets } = call
  const folder = resolve(text(values.data) ?? variable('LARES_DATA') ?? 'lares-data')
  if (!existsSync(folder))
    throw new LaresError('not_found', `there is no data folder ${folder}`, {
      hint: 'Name that of the hub: --data DIR.',
    })
  const speech = new SpeechFolder(folder)
  if (verb === 'install') return await install(speech, call)
  if (verb === 'list') return list(speech, call)
  if (verb === 'doctor') return await examine(speech, call)
  rmSync(speech.folder, { recursive: true, force: true })
  outlets.out('removed\n')
  return EXIT.ok
}

async function install(speech: SpeechFolder, { values, outlets }: Call): Promise<number> {
  const language = languageOf(values)
  if (language !== 'en')
    throw new LaresError('bad_params', 'a model that fits here is known for English alone', {
      hint: 'Leave --language out for English.',
    })
  const from = text(values.from)
  const line = new ProgressLine('fetching')
  const { size, timesReal } = await installSpeech({
    speech,
    size: sizeOf(values),
    clock: systemClock,
    source: from === undefined ? await registrySource(text(values.mirror)) : folderSource(resolve(from)),
    signal: new AbortController().signal,
    progress: (what) => (done, total) => line.show(done, total, what),
    tell: (words) => {
      line.end()
      outlets.err(`${words}\n`)
    },
  }).finally(() => line.end())
  outlets.out(`installed: moonshine ${size}, ${timesReal.toFixed(2)} s for a second of speech\n`)
  return EXIT.ok
}

function list(speech: SpeechFolder, { values, outlets }: Call): number {
  const components = [onnxRuntime(process.arch), ...MODEL_SIZES.map(moonshine)]
  const known = components.map((one) => ({ name: one.name, version: one.version, fault: speech.lookAt(one) }))
  const there = known.filter(({ fault }) => fault !== 'missing')
  const chosen = readChosen(speech)
  if (values.json === true) outlets.out(`${JSON.stringify({ installed: there, chosen })}\n`)
  else if (there.length === 0)
    outlets.out('nothing is installed; lares voice install fetches what understands English\n')
  else
    for (const { name, version, fault } of there)
      outlets.out(
        `${name} ${version}${fault === null ? '' : ': its files were changed; lares voice install mends it'}\n`,
      )
  return EXIT.ok
}

async function examine(speech: SpeechFolder, { values, outlets }: Call): Promise<number> {
  const language = languageOf(values)
  const said = text(values.say) ?? (language === 'de' ? SENTENCE_DE : SENTENCE)
  const chosen = language === 'en' ? readChosen(speech) : null
  const damaged = chosen && (await damageOf(speech, chosen.size))
  const listener = chosen && damaged === null ? listenerOf(speech, chosen.size, systemClock) : null
  try {
    const tried = await tryVoices(said, { voices: KNOWN_VOICES, listener, language, clock: systemClock })
    const isWell = listener !== null && tried.some(({ wrong }) => wrong !== null)
    const hears = listener?.name ?? null
    if (values.json === true) outlets.out(`${JSON.stringify({ said, language, hears, damaged, tried })}\n`)
    else outlets.out(examined(tried, { said, hears, damaged, language }))
    return isWell ? EXIT.ok : EXIT.failed
  } finally {
    await listener?.rest()
  }
}

/** The first file that is another than was unpacked. */
async function damageOf(speech: SpeechFolder, size: ModelSize): Promise<string | null> {
  for (const component of [onnxRuntime(process.arch), moonshine(size)]) {
    if (speech.lookAt(component) === 'missing') return component.name
    const file = await speech.check(component)
    if (file !== null) return `${component.name}: ${file}`
  }
  return null
}

const COLUMNS = ['voice', 'spoke', 'sound', 'heard in', 'wrong', 'heard'].map((title) => ({
  title,
  right: ['spoke', 'sound', 'heard in', 'wrong'].includes(title),
  shrinks: title === 'heard',
}))

function examined(
  tried: readonly Tried[],
  { said, hears, damaged, language }: { said: string; hears: string | null; damaged: string | null; language: string },
): string {
  const rows = tried.map(({ voice, spoke_ms, sound_s, heard, heard_ms, wrong, error }) => [
    ...[voice, cell(spoke_ms, ' ms'), cell(sound_s, ' s'), cell(heard_ms, ' ms')],
    ...[wrong === null ? '' : `${Math.round(wrong * 100)} %`, heard ?? error ?? ''],
  ])
  const lines = [`said:  ${said}`, `hears: ${hears ?? nothingHears(damaged, language)}`, '']
  lines.push(...fitTable(COLUMNS, rows, columnsOf(process.stdout)).lines)
  lines.push(...new Set(tried.flatMap(({ hint }) => (hint === null ? [] : [hint]))))
  return `${lines.join('\n')}\n`
}

function nothingHears(damaged: string | null, language: string): string {
  if (damaged !== null) return `nothing: ${damaged} was changed or is missing; lares voice install mends it`
  return language === 'en'
    ? 'nothing: lares voice install fetches what understands English'
    : 'nothing: no model is known for that language'
}

function cell(value: number | null, unit: string): string {
  return value === null ? '' : `${value}${unit}`
}

function languageOf(values: VoiceValues): string {
  const language = text(values.language) ?? 'en'
  if (language === 'en' || language === 'de') return language
  throw new LaresError('bad_params', `${JSON.stringify(language)} is no language that is known here`, {
    hint: 'There are en and de.',
  })
}

function sizeOf(values: VoiceValues): ModelSize | null {
  const size = text(values.size)
  if (size === undefined) return null
  const known = MODEL_SIZES.find((one) => one === size)
  if (known) return known
  throw new LaresError('bad_params', `there is no size ${JSON.stringify(size)}`, { hint: 'There are base and tiny.' })
}

function text(value: string | number | boolean | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
