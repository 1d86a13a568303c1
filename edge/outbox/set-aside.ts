import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { EventBody } from './bodies.ts'

/** A damaged file, or a log that was not the file's own, with its name now. */
export interface SetAside {
  what: 'outbox' | 'log'
  file: string
}

interface Story {
  form: RegExp
  event: Omit<EventBody, 'data'>
  /** To be followed by the file's name. */
  words: string
}

/** What is said of it: once to the hub, and to a person until the file is gone. */
const STORIES: Record<SetAside['what'], Story> = {
  outbox: {
    form: /^outbox\.db\.damaged-\d+$/,
    event: {
      type: 'outbox_set_aside',
      severity: 'error',
      description: 'The outbox was damaged. It is set aside, and a new one was begun.',
    },
    words: 'it was damaged and a new one was begun; the damaged one was set aside as',
  },
  log: {
    form: /^outbox\.db-wal\.foreign-\d+$/,
    event: {
      type: 'outbox_log_set_aside',
      severity: 'error',
      description: 'The write-ahead log beside the outbox was of another outbox. It is set aside.',
    },
    words: "a write-ahead log that is not this outbox's was set aside as",
  },
}

export const SET_ASIDE_HINT =
  'Remove it once nothing in it is wanted: rows that were not sent may lie there. It is told until the file is removed.'

export function setAsideEvent({ what, file }: SetAside): EventBody {
  return { ...STORIES[what].event, data: { file } }
}

export function setAsideWords({ what, file }: SetAside): string {
  return `${STORIES[what].words} ${file}`
}

/** What was set aside in this folder, now or earlier. */
export function lyingAside(folder: string): SetAside[] {
  const kinds = Object.entries(STORIES) as [SetAside['what'], Story][]
  return readdirSync(folder).flatMap((name) =>
    kinds.filter(([, { form }]) => form.test(name)).map(([what]) => ({ what, file: join(folder, name) })),
  )
}

export function isStillAside({ file }: SetAside): boolean {
  return existsSync(file)
}
