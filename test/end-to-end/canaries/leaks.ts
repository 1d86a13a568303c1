import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A secret, by the name under which a failure tells of it. */
export type Canaries = ReadonlyMap<string, string>

/** Where a secret was found, and in which form. */
export interface Leak {
  canary: string
  form: string
  place: string
}

/**
 * Every form in which the text may stand somewhere: as it is, escaped, and in base64 and hex, whatever stands before it. What
 * base64 makes of its first and last bytes depends on its neighbours, so only the middle is looked for.
 */
export function formsOf(text: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(text)
  const forms = new Map<string, string | Buffer>([
    ['plain', bytes],
    ['escaped', JSON.stringify(text).slice(1, -1)],
    ['percent-encoded', encodeURIComponent(text)],
    ['utf-16', Buffer.from(text, 'utf16le')],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['reversed', [...text].reverse().join('')],
  ])
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes])
    for (const encoding of ['base64', 'base64url'] as const) {
      const whole = padded.toString(encoding).replace(/=+$/, '')
      const first = Math.ceil((before * 8) / 6)
      const last = Math.floor((padded.length * 8) / 6)
      forms.set(`${encoding}, ${before} bytes in`, whole.slice(first, last))
    }
  }
  return new Map([...forms].map(([form, content]) => [form, Buffer.from(content)]))
}

/** Looks for secrets. What is short would be found anywhere by chance. */
export class Search {
  #forms: (readonly [canary: string, form: string, bytes: Buffer])[]

  constructor(canaries: Canaries) {
    this.#forms = [...canaries].flatMap(([canary, text]) => {
      if (text.length < 12) throw new Error(`${canary} is too short to be told from chance`)
      return [...formsOf(text)].map(([form, bytes]) => [canary, form, bytes] as const)
    })
  }

  /** Every secret that stands in these bytes. */
  in(place: string, content: Buffer | string): Leak[] {
    const bytes = Buffer.from(content)
    return this.#forms.filter(([, , form]) => bytes.includes(form)).map(([canary, form]) => ({ canary, form, place }))
  }

  /** The same in every file below a folder, whatever it is; places are named relative to it. */
  below(folder: string): Leak[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .flatMap((file) => this.in(relative(folder, file), Buffer.concat([Buffer.from(file), readFileSync(file)])))
  }
}
