import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { wait } from '../../shared/clock.ts'

const LOOK_EVERY_MS = 50
const GRACE_MS = 1_000

/**
 * Ends the arecord that a killed agent left behind, if `pidFile` names one: stopped or hung it would hold the
 * microphone for ever. The number may belong to somebody else by now, so its command line is compared first.
 * Resolves to its number, or `null` when there was none.
 */
export async function reapStaleRecorder(pidFile: string, device: string, clock: Clock): Promise<number | null> {
  const pid = readPid(pidFile)
  if (pid === null) return null
  forgetRecorder(pidFile)
  if (!isOurRecorder(pid, device)) return null
  send(pid, 'SIGCONT')
  send(pid, 'SIGTERM')
  const deadline = clock.mono() + GRACE_MS
  while (isOurRecorder(pid, device)) {
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
function isOurRecorder(pid: number, device: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const program = words.findIndex((word) => basename(word) === 'arecord')
    return program >= 0 && program <= 1 && words[words.indexOf('-D') + 1] === device
  } catch {
    // no such process any more
    return false
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it ended between the look and the signal, which is what we want
  }
}
