import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock } from '../../../shared/clock.ts'
import { asError } from '../../../shared/errors.ts'

export const ROOT = join(import.meta.dirname, '../../..')
const LARES = join(ROOT, 'lares')

/** A `lares` program that runs as long as the demo; its log goes to a file. */
export interface Child {
  name: string
  process: ChildProcess
  log: string
}

/** The child is in a group of its own: Ctrl-C in the terminal goes to the demo alone, which ends them in their order. */
export function startChild(name: string, args: string[], log: string): Child {
  const child = spawn(LARES, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  child.stderr.pipe(createWriteStream(log, { flags: 'a' }))
  return { name, process: child, log }
}

/** The first line of a child's standard output. Rejects when it ends before it says one. */
export function firstLine(child: Child): Promise<string> {
  const { stdout } = child.process
  if (!stdout) throw new Error(`${child.name} has no standard output`)
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve)
    child.process.once('exit', (code) => reject(new Error(`${child.name} ended with ${code}; see ${child.log}`)))
  })
}

/** Runs `lares` to its end and returns what it printed. */
export function runLares(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(LARES, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk
    })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`lares ${args[0]} ${args[1]} ended with ${code}: ${err.trim()}`)),
    )
  })
}

/** Ends the children in reverse order, gently and then not. */
export async function stopChildren(children: Child[]): Promise<void> {
  for (const { process: child } of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const cancel = systemClock.after(10_000, () => child.kill('SIGKILL'))
    await ended
    cancel()
  }
}

/** Calls `died` when a child ends before it was asked to. */
export function watchChildren(children: Child[], died: (error: Error) => void): void {
  for (const child of children) {
    child.process.once('exit', (code, signal) =>
      died(new Error(`${child.name} ended (${code ?? signal}); see ${child.log}`)),
    )
    child.process.once('error', (error) => died(asError(error)))
  }
}
