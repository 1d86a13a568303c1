/** A row of a list of devices as it stands in its file, or what is wrong with it. Never with its values: they may be secret. */
export type ListRow = { line: number; record: Record<string, unknown> } | { line: number; fault: string; hint: string }

/** Characters of one row. A configuration has 65,536 at most, and a quote in a cell is two. */
export const ROW_CHARS = 196_608

/** Where the next line begins, and `text.length` where there is none. */
export function nextLine(text: string, from: number): number {
  const found = /\r\n?|\n/g
  found.lastIndex = from
  const end = found.exec(text)
  return end === null ? text.length : end.index + end[0].length
}
