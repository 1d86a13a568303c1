import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { variable } from '../../../shared/environment.ts'

/** Debian's Chromium, or what goes by its name on the path; `null`: there is none. */
export function findChromium(): string | null {
  const folders = (variable('PATH') ?? '').split(':')
  const candidates = folders.flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)))
  return candidates.find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
