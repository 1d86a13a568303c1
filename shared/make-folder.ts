import { mkdirSync } from 'node:fs'
import { LaresError } from './errors.ts'
import { systemTrouble } from './system-trouble.ts'

/** Makes a data folder and those above it where they are missing. Throws what stands in the way, with its remedy. */
export function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode })
  } catch (cause) {
    const trouble = systemTrouble(cause, folder)
    throw new LaresError(trouble.code, `cannot make the data folder ${folder}: ${trouble.message}`, {
      cause,
      hint: `${trouble.hint} --data names another folder.`,
    })
  }
}
