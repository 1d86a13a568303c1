import { join } from 'node:path'
import type { Clock } from '../shared/clock.ts'
import { LaresError } from '../shared/errors.ts'
import { bytesWords } from '../shared/time-words.ts'
import { listenerOf, writeChosen } from './chosen-listener.ts'
import { fittingSize, freeMemory, MOST_TIMES_REAL, NEEDED_BYTES, timesReal } from './measure-listener.ts'
import { takeInstallLock } from './packages/install-lock.ts'
import { MODEL_SIZES, type ModelSize, moonshine, onnxRuntime } from './packages/speech-catalogue.ts'
import { downloadBytes, type SpeechComponent } from './packages/speech-component.ts'
import type { InstallOptions, SpeechFolder } from './packages/speech-folder.ts'

export interface InstallCall extends InstallOptions {
  speech: SpeechFolder
  /** `null`: the larger one that is fast enough on this machine. */
  size: ModelSize | null
  clock: Clock
  /** Says a line to whoever watches. */
  tell: (line: string) => void
}

/** How a model came to be chosen. */
export interface Installed {
  size: ModelSize
  timesReal: number
}

/**
 * Fetches what understands English on this machine, lets it hear a sentence, and keeps the size that is fast enough. What is there
 * already is not fetched again. Rejects with `bad_params` when no size is, and as fetching does.
 */
export async function installSpeech(call: InstallCall): Promise<Installed> {
  const { speech, size } = call
  const release = takeInstallLock(join(speech.folder, '.installing'))
  try {
    const runtime = onnxRuntime(process.arch)
    await need(runtime, call)
    const measured = new Map<ModelSize, number>()
    const freeBytes = freeMemory()
    for (const tried of size === null ? MODEL_SIZES : [size]) {
      await need(moonshine(tried), call)
      const times = await measure(tried, call)
      measured.set(tried, times)
      const chosen = size ?? fittingSize(measured, freeBytes)
      if (chosen === null) continue
      writeChosen(speech, { size: chosen, times_real: times })
      // What is not wanted goes when what is wanted is known.
      speech.tidy([runtime, moonshine(chosen)])
      return { size: chosen, timesReal: times }
    }
    speech.tidy([runtime])
    throw tooSmall(measured, freeBytes)
  } finally {
    release()
  }
}

async function need(component: SpeechComponent, call: InstallCall): Promise<void> {
  const { speech, tell } = call
  if (speech.lookAt(component) === null && (await speech.check(component)) === null) {
    tell(`${component.name} ${component.version} is there already`)
    return
  }
  tell(`${component.name} ${component.version}: ${component.says}; ${bytesWords(downloadBytes(component))} to fetch`)
  for (const { package: name, version, licence, owner } of component.tarballs)
    tell(`  ${name} ${version}, ${licence} licence, of ${owner}`)
  await speech.install(component, call)
}

async function measure(size: ModelSize, { speech, clock, tell }: InstallCall): Promise<number> {
  const listener = listenerOf(speech, size, clock)
  try {
    const times = await timesReal(listener)
    tell(`${listener.name} needs ${times.toFixed(2)} s for a second of speech on this machine`)
    return times
  } finally {
    await listener.rest()
  }
}

function tooSmall(measured: ReadonlyMap<ModelSize, number>, freeBytes: number): LaresError {
  const fastest = Math.min(...measured.values())
  const why =
    freeBytes < NEEDED_BYTES
      ? `only ${bytesWords(freeBytes)} of memory are free, and ${bytesWords(NEEDED_BYTES)} are needed`
      : `a second of speech takes ${fastest.toFixed(2)} s, and may take ${MOST_TIMES_REAL}`
  return new LaresError('bad_params', `no model fits this machine: ${why}`, {
    hint: 'To have it all the same: lares voice install --size tiny.',
  })
}
