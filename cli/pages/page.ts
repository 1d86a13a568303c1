import type { JsonSchema } from '../../shared/admin/described-command.ts'
import type { Head } from '../../shared/terminal/render.ts'

/** An answer put in the order and words of a person who asks it; the general printer shows it. */
export interface AnswerPage {
  head: Head
  data: Record<string, unknown>
  schema: JsonSchema
}

/**
 * Makes a page of an answer. An older or newer hub may leave anything out: what is not there gives no line.
 */
export type MakePage = (answer: AnswerReader, schema: JsonSchema, now: number) => AnswerPage

/** An answer that is read by path: `front.sync.state`. */
export class AnswerReader {
  readonly #data: unknown

  constructor(data: unknown) {
    this.#data = data
  }

  at(path: string): unknown {
    let value: unknown = this.#data
    for (const name of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
      value = (value as Record<string, unknown>)[name]
    }
    return value
  }

  number(path: string): number | null {
    const value = this.at(path)
    return typeof value === 'number' ? value : null
  }

  text(path: string): string | null {
    const value = this.at(path)
    return typeof value === 'string' && value !== '' ? value : null
  }

  list(path: string): Record<string, unknown>[] {
    const value = this.at(path)
    return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : []
  }
}

/** Only what is there. */
export function present(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}
