import { createInterface } from 'node:readline/promises'
import { systemClock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { standBack } from '../store/stand-back.ts'
import { killCommands, onCommand } from './archive-command.ts'
import type { ArchiveMessage, ArchivePhase, ArchiveTask } from './archive-task.ts'

/** A step of a bar; more often nobody looks. */
const SHOWN_MS = 200
/** A command that hangs makes no progress. */
const LOOK_MS = 1_000

const parent = process.ppid
let shownAt = 0
let shownPhase: ArchivePhase | null = null

function say(message: ArchiveMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Its hub was killed: nobody waits for it, and the next one makes it anew. */
function endOrphaned(): void {
  if (process.ppid === parent) return
  killCommands()
  process.exit(1)
}

function progress(phase: ArchivePhase, done: number, total: number): void {
  endOrphaned()
  const now = systemClock.mono()
  if (phase === shownPhase && done < total && now - shownAt < SHOWN_MS) return
  shownAt = now
  shownPhase = phase
  say({ says: 'progress', phase, done, total })
}

async function taskOf(): Promise<ArchiveTask> {
  for await (const line of createInterface({ input: process.stdin })) return JSON.parse(line) as ArchiveTask
  throw new Error('nobody said what to do')
}

async function work(): Promise<ArchiveMessage> {
  try {
    const task = await taskOf()
    if (task.task === 'check')
      return { says: 'done', checked: await (await import('./check-archive.ts')).checkArchive(task, progress) }
    if (task.task === 'restore')
      return { says: 'done', beside: await (await import('./lay-beside.ts')).layBeside(task, progress) }
    return { says: 'done', made: await (await import('./make-archive.ts')).makeArchive(task, progress) }
  } catch (error) {
    const known = error instanceof LaresError ? error : new LaresError('job_failed', asError(error).message)
    return { says: 'failed', code: known.code, message: known.message, hint: known.hint }
  }
}

standBack()
systemClock.every(LOOK_MS, endOrphaned)
onCommand((pid) => say({ says: 'command', pid }))
const last = JSON.stringify(await work())
process.stdout.write(`${last}\n`, () => process.exit(0))
