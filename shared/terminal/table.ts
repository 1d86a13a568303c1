import { fitted, padded, widthOf } from './text-width.ts'

export interface TableColumn {
  title: string
  /** Numbers stand at the right. */
  right: boolean
  /** Whether a cell may lose its end to make room; times, numbers and ids may not: half of one is of no use. */
  shrinks: boolean
}

export interface Fitted {
  lines: string[]
  /** Titles of columns for which there was no room. */
  left: string[]
}

const GAP = 2
/** A text is not cut shorter than this to make room for a column that matters less. */
const LEAST = 16

/**
 * Cells as aligned lines, the titles first. Columns stand in the order of their importance: where the width (`null`: any) is
 * too small, texts are cut and the last columns left out. The first one always stays.
 */
export function fitTable(columns: readonly TableColumn[], rows: readonly string[][], width: number | null): Fitted {
  const natural = columns.map(({ title }, at) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[at] ?? ''))))
  const widths = width === null ? natural : shares(columns, natural, width)
  const shown = columns.slice(0, widths.length)
  const line = (cells: readonly string[]) =>
    shown
      .map(({ right }, at) => padded(fitted(cells[at] ?? '', widths[at] ?? 0), widths[at] ?? 0, right))
      .join(' '.repeat(GAP))
      .trimEnd()
  const titles = columns.map(({ title }) => title)
  return { lines: [line(titles), ...rows.map(line)], left: titles.slice(shown.length) }
}

/** The width of each column that has room: the least each needs, then what is left, to the important ones first. */
function shares(columns: readonly TableColumn[], natural: readonly number[], width: number): number[] {
  const least = natural.map((wide, at) => (columns[at]?.shrinks ? Math.min(wide, LEAST) : wide))
  const kept: number[] = []
  let left = width
  for (const [at, wide] of least.entries()) {
    const needed = wide + (at === 0 ? 0 : GAP)
    if (needed > left && at > 0) break
    kept.push(Math.min(wide, width))
    left -= needed
  }
  return kept.map((wide, at) => {
    const more = Math.max(0, Math.min(left, (natural[at] ?? 0) - wide))
    left -= more
    return wide + more
  })
}
