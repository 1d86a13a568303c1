import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')
const SOURCE = join(ROOT, 'test/faults/sandbox/unit-sandbox.c')
const CACHE = join(ROOT, '.cache/shims')
const PROGRAMS = ['cc', 'systemd-analyze']

const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error !== undefined)

/** Why units cannot be tried here, or `null`. Say it when a test is left out for it. */
export const sandboxTrouble: string | null =
  missing.length > 0 ? `There is no ${missing.join(' and no ')} here: the units' restrictions are not tried.` : null

if (sandboxTrouble !== null) console.warn(sandboxTrouble)

export interface SandboxOptions {
  /** A network with nothing but loopback, so that a hub may listen on every address. Sockets of files are still reached. */
  ownNetwork?: boolean
  /** Settings that replace those of the unit, to see what a test notices; an empty one is as if absent. */
  instead?: Record<string, string>
}

/** The words to put before a program so that it runs under the restrictions of a unit we ship. */
export function sandboxOf(unit: 'lares-hub' | 'lares-edge', options: SandboxOptions = {}): string[] {
  const settings = readUnit(readFileSync(join(ROOT, `scripts/systemd/${unit}.service`), 'utf8'))
  for (const [name, value] of Object.entries(options.instead ?? {})) settings.set(name, value === '' ? [] : [value])
  const words = [launcher()]
  if (options.ownNetwork) words.push('--own-network')
  const families = (settings.get('RestrictAddressFamilies') ?? []).flatMap((line) => line.split(/\s+/))
  if (families.length > 0) words.push('--families', families.map((name) => macro(name)).join(','))
  if (settings.get('RestrictNamespaces')?.at(-1) === 'yes') words.push('--no-namespaces')
  const calls = allowedCalls(settings.get('SystemCallFilter') ?? [])
  if (calls) words.push('--calls', [...calls].join(','))
  return [...words, '--']
}

/** Every line of each setting, in order. */
function readUnit(text: string): Map<string, string[]> {
  const settings = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) settings.set(name, [...(settings.get(name) ?? []), value.trim()])
  }
  return settings
}

/** As systemd does: the first line begins a list of what is allowed, `~` takes away. `null`: everything is allowed. */
function allowedCalls(lines: string[]): Set<number> | null {
  if (lines.length === 0) return null
  if (lines[0]?.startsWith('~')) throw new Error('a filter that begins with what is forbidden is not understood here')
  const allowed = new Set(callsOf('@default'))
  for (const line of lines) {
    const names = line.replace(/^~/, '').split(/\s+/)
    for (const call of names.flatMap(callsOf)) {
      if (line.startsWith('~')) allowed.delete(call)
      else allowed.add(call)
    }
  }
  return allowed
}

const groups = new Map<string, string[]>()

/** Numbers of a call, or of all calls of a group such as `@system-service`. Calls of other processors have none here. */
function callsOf(name: string): number[] {
  if (!name.startsWith('@')) return syscalls().has(name) ? [syscalls().get(name) as number] : []
  let members = groups.get(name)
  if (!members) {
    const text = execFileSync('systemd-analyze', ['syscall-filter', name], { encoding: 'utf8' })
    members = text
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
    groups.set(name, members)
  }
  return members.flatMap(callsOf)
}

let known: Map<string, number> | null = null

function syscalls(): Map<string, number> {
  known ??= new Map(
    [...macros('#include <asm/unistd.h>\n').matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(([, name, number]) => [
      String(name),
      Number(number),
    ]),
  )
  return known
}

/** An address family's number. Their macros stand for other macros, so the compiler is asked. */
function macro(name: string): number {
  const text = execFileSync('cc', ['-E', '-P', '-'], { input: `#include <sys/socket.h>\nis ${name}`, encoding: 'utf8' })
  return Number(/is (\d+)\s*$/.exec(text)?.[1] ?? Number.NaN)
}

function macros(source: string): string {
  return execFileSync('cc', ['-E', '-dM', '-'], { input: source, encoding: 'utf8' })
}

function launcher(): string {
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12)
  const program = join(CACHE, `unit-sandbox-${digest}`)
  if (existsSync(program)) return program
  mkdirSync(CACHE, { recursive: true })
  const temporary = `${program}.${process.pid}`
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', temporary, SOURCE])
  renameSync(temporary, program)
  return program
}
