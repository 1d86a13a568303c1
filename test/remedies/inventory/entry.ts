/**
 * What became of one remedy: the test file that takes it, which writes the same words, or why it cannot be taken here.
 * `NOT_YET` is for those that still wait for their case.
 */
export type Entry = string | { because: string } | typeof NOT_YET

export const NOT_YET = Symbol('not taken yet')

/** Source file → the beginning of a remedy there, as far as no other begins so, with … where something is put in. */
export type Inventory = Readonly<Record<string, Readonly<Record<string, Entry>>>>
