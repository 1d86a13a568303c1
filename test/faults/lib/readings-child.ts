import { spawn } from 'node:child_process'
import { once as happens } from 'node:events'
import { join } from 'node:path'
import { inherited } from '../../../shared/environment.ts'
import type { ReadingsAccount } from './readings-account.ts'
import type { AfterCommit } from './readings-life.ts'
import { buildShim } from './shim.ts'
import { type Safeguard, withoutSafeguard } from './without-safeguard.ts'

const PROGRAM = join(import.meta.dirname, '../readings-process.ts')

/** When a life ends: the n-th time it comes to a moment, or so many milliseconds after its first commit. */
export type EndOfLife = { moment: string; nth: number } | { afterMs: number }

/** What is lost with the process: what was not synced, all of it or some. */
export interface LostPower {
  seed: number
  keep: 'none' | 'some'
  /** Takes a safeguard out, see mutate.ts. */
  mutation?: Safeguard
}

export interface ChildLife {
  folder: string
  account: ReadingsAccount
  /** The n-th of the house. */
  life: number
  /** `null`: it is not disturbed. */
  end: EndOfLife | null
  /** Absent: the process is killed, and the system keeps what it wrote. */
  lostPower?: LostPower
}

/** Has a house live in a process of its own and the account hear what it says. Returns its exit code, or the signal that ended it. */
export async function liveInChild({
  folder,
  account,
  life,
  end,
  lostPower,
}: ChildLife): Promise<number | string | null> {
  const signal = lostPower ? 'SIGUSR2' : 'SIGKILL'
  const moment = end !== null && 'moment' in end ? [end.moment, String(end.nth), signal] : []
  const words = [PROGRAM, folder, String(life), JSON.stringify(account.acknowledged), ...moment]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
    env: inherited(lostPower && withShim(folder, lostPower)),
    stdio: ['ignore', 'pipe', lostPower ? 'ignore' : 'inherit'],
  })
  let said = ''
  child.stdout.once('data', () => {
    if (end !== null && 'afterMs' in end) setTimeout(() => child.kill(signal), end.afterMs)
  })
  child.stdout.on('data', (text: Buffer) => {
    said += String(text)
  })
  const [code, killedBy] = (await happens(child, 'close')) as [number | null, string | null]
  for (const line of said.slice(0, said.lastIndexOf('\n') + 1).split('\n'))
    if (line !== '') account.hear(JSON.parse(line) as AfterCommit)
  return killedBy ?? code
}

function withShim(folder: string, { seed, keep, mutation }: LostPower): NodeJS.ProcessEnv {
  return {
    LD_PRELOAD: buildShim('power-cut'),
    LARES_POWER_CUT_FOLDER: folder,
    LARES_POWER_CUT_SEED: String(seed),
    LARES_POWER_CUT_KEEP: keep,
    ...(mutation === undefined ? {} : withoutSafeguard(mutation)),
  }
}
