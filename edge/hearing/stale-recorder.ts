import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { wait } from '../../shared/clock.ts'
import type { Machine } from '../health/machine.ts'
import { orNull } from '../health/unknown.ts'

/** What the kernel says of processes; it may be as silent about one that hangs as the process itself. */
type Processes = Pick<Machine, 'clock' | 'readText'>

const LOOK_EVERY_MS = 50
const GRACE_MS = 1_000

/**
 * Ends the arecord that a killed agent left behind, if `pidFile` names one: stopped or hung it would hold the
 * microphone for ever. The number may belong to somebody else by now, so its command line is compared first.
 * Resolves to its number, or `null` when there was none.
 */
export async function reapStaleRecorder(pidFile: string, device: string, machine: Processes): Promise<number | null> {
  const { clock } = machine
  const pid = readPid(pidFile)
  if (pid === null) return null
  forgetRecorder(pidFile)
  if (!(await isOurRecorder(machine, pid, device))) return null
  send(pid, 'SIGCONT')
  send(pid, 'SIGTERM')
  const deadline = clock.mono() + GRACE_MS
  while (await isOurRecorder(machine, pid, device)) {
    if (clock.mono() >= deadline) {
      send(pid, 'SIGKILL')
      break
    }
    await wait(clock, LOOK_EVERY_MS)
  }
  return pid
}

export function rememberRecorder(pidFile: string, pid: number): void {
  writeFileSync(pidFile, `${pid}\n`, { mode: 0o600 })
}

export function forgetRecorder(pidFile: string): void {
  rmSync(pidFile, { force: true })
}

function readPid(pidFile: string): number | null {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim())
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null
  } catch {
    // no file: the last agent stopped properly, or never ran
    return null
  }
}

/** Whether the process is an arecord on our device; a fake one in a script has an interpreter before its name. */
async function isOurRecorder(machine: Processes, pid: number, device: string): Promise<boolean> {
  const words = (await orNull(() => machine.readText(`/proc/${pid}/cmdline`)))?.split('\0') ?? []
  const program = words.findIndex((word) => basename(word) === 'arecord')
  return program >= 0 && program <= 1 && words[words.indexOf('-D') + 1] === device
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended between the look and the signal, which is what we want
  }
}
