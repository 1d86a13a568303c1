import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { asError } from '../shared/errors.ts'
import type { BackupOutcome } from './store/backup-process.ts'
import { sweepParts } from './store/part-files.ts'
import { backupFolder, storeFile } from './store/places.ts'

const PROGRAM = join(import.meta.dirname, 'store/backup-process.ts')
const LAST_WORDS = 2_000

/** The backup was dropped because the hub stops. */
export class BackupDropped extends Error {}

/**
 * Makes backups in a process of its own: copying and checking a large database takes seconds, on a card minutes, in which
 * neither the engine nor a stop may wait. A thread would not do: it cannot be ended while SQLite works in it.
 */
export class BackupCopier {
  #folder: string
  #child: ChildProcess | null = null
  #dropped = false

  /** `folder`: the hub's data folder. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** The path of the new backup. One at a time. Rejects with what went wrong, or with `BackupDropped`. */
  async copy(now: number): Promise<string> {
    if (this.#dropped) throw new BackupDropped('the hub stops')
    const folder = backupFolder(this.#folder)
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', PROGRAM, storeFile(this.#folder), folder, String(now)],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#child = child
    try {
      const outcome = await outcomeOf(child)
      if ('file' in outcome) return outcome.file
      throw new Error(outcome.error)
    } catch (error) {
      if (this.#dropped) throw new BackupDropped('the hub stops')
      throw error
    } finally {
      this.#child = null
    }
  }

  /** Ends one that is under way, leaves nothing of it, and makes no more. Returns whether there was one. */
  drop(): boolean {
    this.#dropped = true
    const child = this.#child
    if (!child) return false
    child.once('exit', () => sweepParts(backupFolder(this.#folder)))
    child.kill('SIGKILL')
    return true
  }
}

function outcomeOf(child: ChildProcess): Promise<BackupOutcome> {
  return new Promise((resolve, reject) => {
    let answer = ''
    let complaint = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      answer += String(chunk)
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + String(chunk)).slice(-LAST_WORDS)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      try {
        resolve(JSON.parse(answer) as BackupOutcome)
      } catch (cause) {
        const how = `the process that makes it ended with ${code ?? signal}`
        reject(new Error(complaint === '' ? how : `${how}: ${complaint.trim()}`, { cause: asError(cause) }))
      }
    })
  })
}
