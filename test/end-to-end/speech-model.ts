import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetchTarball } from '../../speech/packages/fetch-tarball.ts'
import { moonshine, onnxRuntime } from '../../speech/packages/speech-catalogue.ts'
import { registrySource } from '../../speech/packages/tarball-source.ts'
import { ROOT } from '../source-tree.ts'

/** What is fetched once and stays, as npm's packages do. */
export const KEPT_MODEL = join(ROOT, '.cache/speech')

/** Fetches the model that understands speech once for all runs. `null`: it is there, and so is a voice; else why not. */
export async function whyNoSpeech(): Promise<string | null> {
  mkdirSync(KEPT_MODEL, { recursive: true })
  try {
    const source = await registrySource()
    const signal = AbortSignal.timeout(120_000)
    for (const tarball of [...onnxRuntime(process.arch).tarballs, ...moonshine('base').tarballs])
      await fetchTarball(tarball, { folder: KEPT_MODEL, source, signal, progress: () => {} })
    await promisify(execFile)('flite', ['--version']).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new Error('flite is not installed')
    })
    return null
  } catch (error) {
    return (error as Error).message
  }
}
