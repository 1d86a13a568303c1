/** A place in the source of a template. */
export interface SourcePlace {
  source: string
  /** In UTF-16 units from its beginning. */
  offset: number
}

/** What is wrong with a template or with what it was given, and where. Templates throw nothing else. */
export class TemplateError extends Error {
  /** The construct or the value, as a sentence without its place. */
  readonly what: string
  readonly line: number
  readonly column: number

  constructor(what: string, { source, offset }: SourcePlace) {
    const before = source.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    super(line === 1 ? `${what} (character ${column})` : `${what} (line ${line}, character ${column})`)
    this.name = 'TemplateError'
    this.what = what
    this.line = line
    this.column = column
  }
}
