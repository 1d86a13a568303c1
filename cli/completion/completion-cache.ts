import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { writeFleetingly } from '../../shared/durable-file.ts'
import { variable } from '../../shared/environment.ts'
import { makeFolder } from '../../shared/make-folder.ts'

/** While somebody types a line, what is there hardly changes. */
const GOOD_MS = 30_000
/** A hub that does not answer is not asked again at each key. */
const AWAY_MS = 10_000
const MOST_BYTES = 4 * 1024 * 1024

interface Kept {
  /** When it was asked. */
  at: number
  /** `null`: it did not answer. */
  found: unknown[] | null
}

/** What a hub answered a shell, for half a minute: one file for each hub and question, for this user alone. */
export class CompletionCache {
  #hub: string
  #clock: Clock

  constructor(hub: string, clock: Clock) {
    this.#hub = hub
    this.#clock = clock
  }

  /** What is known, or is answered now; what was known before where nobody answers. Throws where nothing was. */
  async get(question: string, ask: () => Promise<unknown[]>): Promise<unknown[]> {
    const file = join(cacheFolder(), `completion-${hashOf(`${this.#hub}\n${question}`)}.json`)
    const kept = readKept(file)
    const age = kept === null ? Number.POSITIVE_INFINITY : this.#clock.now() - kept.at
    // One from a time that is to come was written under another clock.
    const isFresh = kept !== null && age >= 0 && age < (kept.found === null ? AWAY_MS : GOOD_MS)
    if (isFresh) return kept.found ?? []
    try {
      const found = await ask()
      this.#write(file, found)
      return found
    } catch (error) {
      this.#write(file, kept?.found ?? null)
      if (kept?.found) return kept.found
      throw error
    }
  }

  #write(file: string, found: unknown[] | null): void {
    const kept: Kept = { at: this.#clock.now(), found }
    const text = JSON.stringify(kept)
    if (Buffer.byteLength(text) > MOST_BYTES) return
    try {
      makeFolder(cacheFolder(), 0o700)
      writeFleetingly(file, text, 0o600)
    } catch {
      // It is asked again, then.
    }
  }
}

/** `$XDG_CACHE_HOME/lares`. */
function cacheFolder(): string {
  const home = variable('XDG_CACHE_HOME')
  return join(home !== undefined && isAbsolute(home) ? home : join(variable('HOME') ?? homedir(), '.cache'), 'lares')
}

function readKept(file: string): Kept | null {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Kept>
    const isKept = typeof kept.at === 'number' && (kept.found === null || Array.isArray(kept.found))
    return isKept ? (kept as Kept) : null
  } catch {
    return null
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
