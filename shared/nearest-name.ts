/** A shorter part of a name says nothing. */
const LEAST_PART = 3

/**
 * The known name that was probably meant, or `null` when none is near: by its distance after Levenshtein, or the only one of which it is
 * a part, as `lamp` of `Kitchen/lamp`.
 */
export function nearestName(wrong: string, known: readonly string[]): string | null {
  return nearestByLetters(wrong, known) ?? onlyWithPart(wrong, known)
}

function onlyWithPart(wrong: string, known: readonly string[]): string | null {
  const part = wrong.trim().toLocaleLowerCase('en')
  if ([...part].length < LEAST_PART) return null
  const [only, ...others] = new Set(known.filter((name) => name.toLocaleLowerCase('en').includes(part)))
  return others.length === 0 ? (only ?? null) : null
}

function nearestByLetters(wrong: string, known: readonly string[]): string | null {
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
