/** The known name that was probably meant, or `null` when none is near. Distance after Levenshtein. */
export function nearestName(wrong: string, known: readonly string[]): string | null {
  let best: { name: string; distance: number } | null = null
  for (const name of known) {
    const distance = levenshtein(wrong, name)
    if (distance <= Math.max(2, Math.floor(name.length / 3)) && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance }
  }
  return best?.name ?? null
}

function levenshtein(a: string, b: string): number {
  const letters = [...b]
  let row = Array.from({ length: letters.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of letters.entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[letters.length] ?? 0
}
