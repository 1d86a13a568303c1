/** A remedy as the inventory writes it, with … where something is put in, as a pattern for what was printed. */
export function asPattern(words: string): RegExp {
  const parts = words.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(parts.join('[^]*?'))
}
