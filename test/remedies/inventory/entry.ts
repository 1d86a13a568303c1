/** What became of one remedy: the test file that takes it, which writes the same words, or why it cannot be taken here. */
export type Entry = string | { because: string }

/**
 * Folder or file of the source → the beginning of a remedy there, as far as no other begins so, with … where something is put
 * in. Where several files give the same one, each has its entry.
 */
export type Inventory = Readonly<Record<string, Readonly<Record<string, Entry | readonly Entry[]>>>>
