import { z } from 'zod'
import { cutText } from '../../shared/cut-text.ts'
import { asError } from '../../shared/errors.ts'
import { faultWords } from '../../shared/fault-words.ts'
import type { Log } from '../../shared/log.ts'
import type { Desired } from '../../shared/messages/desired.ts'
import type { Reported } from '../../shared/messages/reported.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { isDiskFault } from '../../shared/sqlite/open.ts'

/** One setting the hub may choose. A value that does not fit is refused and reported, and the old one stays. */
export interface DesiredSetting<V = unknown> {
  key: string
  value: z.ZodType<V>
  /** Puts it into effect. `null`: the hub no longer asks for it, so what the local file says holds again. */
  apply(value: V | null): void
}

export interface RegisteredSetting {
  readonly key: string
  /** Returns the value that is in effect now. Throws with the reason when it is refused. */
  readonly apply: (value: unknown) => unknown
}

export function desiredSetting<V>(setting: DesiredSetting<V>): RegisteredSetting {
  return {
    key: setting.key,
    apply(value) {
      const parsed = value === null ? null : setting.value.parse(value)
      setting.apply(parsed)
      return parsed
    },
  }
}

export interface DesiredOptions {
  db: Database
  log: Log
  settings: readonly RegisteredSetting[]
  report: (reported: Reported) => void
}

/** Takes the settings the house wants, keeps them for a start without the hub, and reports what it took. */
export class DesiredSettings {
  #options: DesiredOptions
  #settings: ReadonlyMap<string, RegisteredSetting>
  #taken = new Set<string>()
  #current: Desired | null = null

  constructor(options: DesiredOptions) {
    this.#options = options
    this.#settings = new Map(options.settings.map((setting) => [setting.key, setting]))
  }

  /** The settings taken last, or `null`. */
  get current(): Desired | null {
    return this.#current
  }

  /** Puts what was kept into effect, without reporting it. */
  start(): void {
    const row = this.#options.db.prepare<[], { body: string }>('SELECT body FROM desired_settings WHERE id = 1').get()
    if (row) this.#apply(JSON.parse(row.body) as Desired)
  }

  /**
   * Takes settings from the hub, whatever their version: what is retained there is the truth, even after the hub was
   * restored from a backup. The same version again is only reported again.
   */
  take(desired: Desired): void {
    const { report } = this.#options
    this.#keep(desired)
    report(this.#apply(desired))
  }

  #apply(desired: Desired): Reported {
    const settings: Reported['settings'] = {}
    const refused: Reported['refused'] = []
    const taken = new Set<string>()
    for (const [key, value] of Object.entries(desired.settings)) {
      const setting = this.#settings.get(key)
      const outcome = setting ? attempt(setting, value) : { reason: 'this device has no such setting' }
      if ('reason' in outcome) refused.push({ key: asKey(key), reason: cutText(outcome.reason, 200) })
      else {
        taken.add(key)
        settings[key] = value
      }
    }
    for (const key of this.#taken) {
      const setting = this.#settings.get(key)
      if (setting && !Object.hasOwn(desired.settings, key)) attempt(setting, null)
    }
    this.#taken = taken
    this.#current = desired
    return { version: desired.version, settings, refused: refused.slice(0, 64) }
  }

  #keep(desired: Desired): void {
    if (desired.version === this.#current?.version) return
    try {
      this.#options.db
        .prepare(
          'INSERT INTO desired_settings (id, version, body) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body',
        )
        .run(desired.version, JSON.stringify(desired))
    } catch (error) {
      if (!isDiskFault(error)) throw error
      this.#options.log.error({ reason: asError(error).message }, 'the settings cannot be kept on the disk')
    }
  }
}

/** Said beside the key of the setting. */
function reasonOf({ issues }: z.ZodError): string {
  return issues.map((issue) => [...issue.path.map(String), faultWords(issue)].join(' ')).join('; ')
}

function attempt(setting: RegisteredSetting, value: unknown): { value: unknown } | { reason: string } {
  try {
    return { value: setting.apply(value) }
  } catch (error) {
    return { reason: error instanceof z.ZodError ? reasonOf(error) : asError(error).message }
  }
}

/** A key of any text as the protocol allows it in a refusal. */
function asKey(key: string): string {
  return (
    key
      .toLowerCase()
      .replace(/[^a-z0-9_]/g, '_')
      .slice(0, 40) || '_'
  )
}
