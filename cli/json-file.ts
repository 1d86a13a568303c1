import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { LaresError } from '../shared/errors.ts'
import { systemTrouble } from '../shared/system-trouble.ts'
import type { Call } from './parse-call.ts'

/** More does not fit into one request. */
const MOST_BYTES = 1024 * 1024
const STANDARD_INPUT = 0

/** Whether the answer of a command is a file to keep: it is printed as JSON, for people too. */
export function isFileAnswer({ result }: Pick<DescribedCommand, 'result'>): boolean {
  return result.format === 'json-file'
}

/** Puts what stands in the files that a call names into their place; `-` is standard input. Throws what keeps one from being read. */
export function readJsonFiles({ command, params }: Pick<Call, 'command' | 'params'>): void {
  for (const [name, { format }] of Object.entries(command.params.properties ?? {}))
    if (format === 'json-file' && typeof params[name] === 'string') params[name] = readJson(params[name])
}

function readJson(path: string): unknown {
  const name = path === '-' ? 'standard input' : basename(path)
  const text = textOf(path, name)
  try {
    return JSON.parse(text)
  } catch {
    throw new LaresError('bad_params', `${name} is no JSON`, { hint: 'Name a file that lares personas export wrote.' })
  }
}

function textOf(path: string, name: string): string {
  try {
    const tooLarge = path !== '-' && statSync(path).size > MOST_BYTES
    const text = tooLarge ? null : readFileSync(path === '-' ? STANDARD_INPUT : path, 'utf8')
    if (text !== null && text.length <= MOST_BYTES) return text.replace(/^\uFEFF/, '')
  } catch (error) {
    throw systemTrouble(error, path)
  }
  throw new LaresError('too_large', `${name} is larger than 1 MB`, {
    hint: 'Name a file that lares personas export wrote.',
  })
}
