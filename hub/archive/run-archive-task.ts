import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endOfText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { ArchiveMessage, ArchiveTask } from './archive-task.ts'

const PROGRAM = join(import.meta.dirname, 'archive-process.ts')
const LAST_WORDS = 2_000
/** Of JavaScript's own; what is streamed lies beside it, and so does what a guess of the passphrase costs. */
const HEAP_MB = 96

export type ArchiveDone = Extract<ArchiveMessage, { says: 'done' }>
export type ArchiveStep = Extract<ArchiveMessage, { says: 'progress' }>

/**
 * Handles an archive in a process of its own, of low priority: reading a large database takes minutes, and what it has open must not
 * share locks with the hub's. `signal` kills it, and what it had not finished is no archive. Rejects with what it says is wrong.
 */
export async function runArchiveTask(
  task: ArchiveTask,
  { signal, progress = () => {} }: { signal: AbortSignal; progress?: (step: ArchiveStep) => void },
): Promise<ArchiveDone> {
  const words = ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MB}`, PROGRAM]
  signal.throwIfAborted()
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  let command: number | null = null
  const stop = () => {
    // First: one that is only left would take what it has for all of it.
    endGroup(command)
    child.kill('SIGKILL')
  }
  signal.addEventListener('abort', stop, { once: true })
  let complaint = ''
  let last: ArchiveMessage | null = null
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = endOfText(complaint + text, LAST_WORDS)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as ArchiveMessage
    if (message.says === 'progress') progress(message)
    else if (message.says === 'command') command = message.pid
    else last = message
    if (signal.aborted) endGroup(command)
  })
  child.stdin.on('error', () => {})
  child.stdin.end(`${JSON.stringify(task)}\n`)
  const how = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, by) => resolve(`its process ended with ${code ?? by}`))
  }).finally(() => {
    signal.removeEventListener('abort', stop)
    // Somebody else may have killed it.
    endGroup(command)
  })
  signal.throwIfAborted()
  const ended = last as ArchiveMessage | null
  if (ended?.says === 'done') return ended
  if (ended?.says === 'failed') throw new LaresError(ended.code, ended.message, { hint: ended.hint })
  throw new Error(complaint === '' ? how : `${how}: ${complaint.trim()}`)
}

/** Ends a command with all that it started. Nothing happens where it has ended. */
function endGroup(pid: number | null): void {
  if (pid === null) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended already
  }
}
