import { endProcess } from './end-process.ts'
import { inherited } from './environment.ts'

/**
 * Begins this program again in its own process, with the words and the environment that it was started with: its id stays, so whoever started it, a
 * terminal, systemd, a container, watches the same process, and nobody has to know how to start it. The kernel ends what threads it has
 * and closes what it has open. Call it when everything that matters is on the disk. Where the system refuses, it ends with 1, which
 * whoever watches over it takes for a reason to start it.
 */
export function startAgain(): never {
  try {
    const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
    process.execve?.(process.execPath, words, inherited())
  } catch (error) {
    process.stderr.write(`this program could not begin again by itself, start it: ${String(error)}\n`)
  }
  endProcess(1, { threads: true })
}
