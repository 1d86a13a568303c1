/** Words without what only writing has: case, points, marks. */
export function comparedWords(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}'\s]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** How many words of what was said are missing, other or too many in what was heard, as a part of those that were said. */
export function wordErrors(said: string, heard: string): number {
  const [wanted, got] = [comparedWords(said), comparedWords(heard)]
  let row = Array.from({ length: got.length + 1 }, (_, at) => at)
  for (const [at, word] of wanted.entries()) {
    const next = [at + 1]
    for (const [other, found] of got.entries())
      next.push(
        Math.min((row[other + 1] ?? 0) + 1, (next[other] ?? 0) + 1, (row[other] ?? 0) + (word === found ? 0 : 1)),
      )
    row = next
  }
  return (row.at(-1) ?? 0) / Math.max(1, wanted.length)
}
