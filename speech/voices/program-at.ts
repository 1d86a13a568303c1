import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { variable } from '../../shared/environment.ts'

/** Where a program of this name, or at this path, can be run; `null`: nowhere. */
export function programAt(name: string): string | null {
  const folders = (variable('PATH') ?? '').split(':').filter((folder) => folder !== '')
  const places = name.includes('/') ? [name] : folders.map((folder) => join(folder, name))
  return places.find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
