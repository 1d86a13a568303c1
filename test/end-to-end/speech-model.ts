import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { KEPT_SPEECH, keepSpeech } from '../../scripts/lib/demo/kept-speech.ts'

export const KEPT_MODEL = KEPT_SPEECH

/** Fetches the model that understands speech once for all runs. `null`: it is there, and so is a voice; else why not. */
export async function whyNoSpeech(): Promise<string | null> {
  try {
    await keepSpeech({ signal: AbortSignal.timeout(180_000), progress: () => {} })
    await promisify(execFile)('flite', ['--version']).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new Error('flite is not installed')
    })
    return null
  } catch (error) {
    return (error as Error).message
  }
}
