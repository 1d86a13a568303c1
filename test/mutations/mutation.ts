/** One safeguard taken out of the program, and the test that must not pass without it. */
export interface Mutation {
  /** What the program is without, as the end of a sentence that begins with "without". */
  without: string
  /** Path below the repository. */
  file: string
  /** Stands in the file exactly once. */
  text: string
  /** What stands there instead. */
  becomes: string
  /** Somebody waits for ever then, and the test until its time is over. */
  endless?: true
  test: {
    /** Path below the repository. */
    file: string
    /** The title of the test, or a part of it that stands in the file as it is written here. */
    name: string
  }
}

/** The text of the file with the safeguard taken out. Throws when what is to be replaced is not there exactly once. */
export function mutated(source: string, { file, text, becomes }: Mutation): string {
  const [before, after, ...more] = source.split(text)
  if (before === undefined || after === undefined) throw new Error(`${file} has no ${JSON.stringify(text)}`)
  if (more.length > 0) throw new Error(`${file} has ${more.length + 1} times ${JSON.stringify(text)}`)
  return `${before}${becomes}${after}`
}
