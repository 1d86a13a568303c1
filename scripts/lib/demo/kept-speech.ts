import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock, wait } from '../../../shared/clock.ts'
import { type FetchProgress, fetchTarball } from '../../../speech/packages/fetch-tarball.ts'
import { takeInstallLock } from '../../../speech/packages/install-lock.ts'
import { moonshine, onnxRuntime } from '../../../speech/packages/speech-catalogue.ts'
import { registrySource } from '../../../speech/packages/tarball-source.ts'
import { ROOT } from './children.ts'

/** What is fetched once and stays for demos and tests, as npm's packages do. */
export const KEPT_SPEECH = join(ROOT, '.cache/speech')

const LOOK_MS = 500

/** Fetches what understands English, where it is not kept yet. Whoever else does the same is waited for: two would write one file. */
export async function keepSpeech({
  signal,
  progress,
}: {
  signal: AbortSignal
  progress: FetchProgress
}): Promise<void> {
  mkdirSync(KEPT_SPEECH, { recursive: true })
  const giveBack = await locked(signal)
  try {
    const source = await registrySource()
    for (const tarball of [...onnxRuntime(process.arch).tarballs, ...moonshine('base').tarballs])
      await fetchTarball(tarball, { folder: KEPT_SPEECH, source, signal, progress })
  } finally {
    giveBack()
  }
}

async function locked(signal: AbortSignal): Promise<() => void> {
  for (;;) {
    try {
      return takeInstallLock(join(KEPT_SPEECH, '.lock'))
    } catch (error) {
      const { code } = error as { code?: string }
      if (code !== 'busy' && code !== 'EEXIST') throw error
      await wait(systemClock, LOOK_MS, signal)
      signal.throwIfAborted()
    }
  }
}
