const SPELLINGS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['no', false],
  ['off', false],
  ['0', false],
])

/** How a person writes yes and no, for help and hints. */
export const BOOLEAN_WORDS = 'yes or no (also true, false, on, off, 1, 0, in any case)'

/** What the text means, or `null` when it is no spelling of yes or no. The one rule for options, environment and files. */
export function readBoolean(text: string): boolean | null {
  return SPELLINGS.get(text.trim().toLowerCase()) ?? null
}
