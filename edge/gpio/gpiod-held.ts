import { wait } from '../../shared/clock.ts'
import type { Machine } from '../health/machine.ts'
import { orNull } from '../health/unknown.ts'
import type { GpiodLine } from './gpiod-commands.ts'
import { infoCommand, isUsed } from './gpiod-commands.ts'

const TIMEOUT_MS = 5_000
const STEP_MS = 20
const TRIES = 25

/** Whether the kernel says that somebody uses the line. Rejects when it cannot be asked. Only for libgpiod 1. */
export async function isLineUsed(machine: Machine, line: GpiodLine): Promise<boolean> {
  return isUsed(await machine.run(infoCommand(line), { timeoutMs: TIMEOUT_MS }), line.pin)
}

/**
 * Whether somebody holds a line that was free before, within half a second. The programs of libgpiod 1 do not say when they
 * are ready, so the kernel is asked.
 */
export async function lineHeld(machine: Machine, line: GpiodLine): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (await orNull(() => isLineUsed(machine, line))) return true
    await wait(machine.clock, STEP_MS)
  }
  return false
}
