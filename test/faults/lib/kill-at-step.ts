import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Preloaded with `--import`: kills the process, as `kill -9` does, just before the n-th change of a file or folder that the
 * program itself makes. LARES_KILL_AT_STEP is n. SQLite's own changes are not counted.
 */
const CHANGES = [
  'renameSync',
  'rmSync',
  'unlinkSync',
  'copyFileSync',
  'writeFileSync',
  'chmodSync',
  'fsyncSync',
  'linkSync',
] as const

const killAt = Number(process.env.LARES_KILL_AT_STEP)
let step = 0
const changing = fs as unknown as Record<string, (...args: unknown[]) => unknown>
for (const name of CHANGES) {
  const real = changing[name]
  if (!real) throw new Error(`node:fs has no ${name}`)
  changing[name] = (...args) => {
    step += 1
    if (step === killAt) process.kill(process.pid, 'SIGKILL')
    return real(...args)
  }
}
syncBuiltinESMExports()
