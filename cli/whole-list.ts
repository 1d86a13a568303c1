import type { DescribedCommand } from '../shared/admin/described-command.ts'

/** A list without `--limit` ends here: more is asked for on purpose. */
export const MOST_ROWS = 10_000

export type ListAnswer = Record<string, unknown>
type Params = Record<string, unknown>

/** What is paged lies inside of each of these, not in their number. */
const SERIES = 'series'

/** Whether a command answers page by page. */
export function isPaged({ params, result }: DescribedCommand): boolean {
  return params.properties?.after !== undefined && result.properties?.next !== undefined
}

/**
 * Asks for one page after the other until the list ends, `limit` rows have come, or without a limit `MOST_ROWS`. Only the
 * last page has `next`, and only where there is more.
 */
export async function* pagesOf(
  { params: schema }: DescribedCommand,
  params: Params,
  request: (params: Params) => Promise<unknown>,
): AsyncGenerator<ListAnswer> {
  const limit = params.limit ?? MOST_ROWS
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    // The hub says best what is wrong with it.
    yield (await request(params)) as ListAnswer
    return
  }
  const sizes = schema.properties?.limit
  const page = Number((params.limit === undefined ? sizes?.default : sizes?.maximum) ?? limit)
  let left = limit
  let after = params.after
  while (true) {
    const asked = { ...params, limit: Math.min(left, page), ...(after === undefined ? {} : { after }) }
    const { next, ...answer } = (await request(asked)) as ListAnswer
    left -= rowsOf(answer)
    // A page may be empty and go on: the hub looks through so much at a time. One that goes nowhere is the last.
    if (next === undefined || left <= 0 || next === after) {
      yield next === undefined ? answer : { ...answer, next }
      return
    }
    yield answer
    after = next
  }
}

/** How many rows of a list an answer has. */
export function rowsOf(answer: ListAnswer): number {
  const { list } = listOf(answer)
  if (answer[SERIES] === undefined) return list.length
  return list.reduce<number>((sum, series) => sum + rowsOf(series as ListAnswer), 0)
}

/** Joins pages until there are so many rows, so that one table is made of them. */
export async function* gathered(pages: AsyncIterable<ListAnswer>, least: number): AsyncGenerator<ListAnswer> {
  let held: ListAnswer | null = null
  for await (const page of pages) {
    held = held === null ? page : joined(held, page)
    if (rowsOf(held) < least) continue
    yield held
    held = null
  }
  if (held !== null) yield held
}

/** The pages as one text of JSON in pieces, in the shape of a single answer. */
export async function* asJson(pages: AsyncIterable<ListAnswer>): AsyncGenerator<string> {
  let isFirst = true
  let wasEmpty = true
  let next: unknown
  for await (const page of gathered(pages, 1)) {
    if (page[SERIES] !== undefined) {
      // Rows of several series come interleaved: they are told apart only when all are there.
      yield `${JSON.stringify(await restOf(page, pages))}\n`
      return
    }
    const { next: more, ...answer } = page
    const { name, list } = listOf(answer)
    if (name === null) {
      yield `${JSON.stringify(page)}\n`
      return
    }
    const { [name]: _, ...rest } = answer
    if (isFirst) yield `${JSON.stringify(rest).slice(0, -1)}${Object.keys(rest).length > 0 ? ',' : ''}"${name}":[`
    if (list.length > 0) yield `${wasEmpty ? '' : ','}${JSON.stringify(list).slice(1, -1)}`
    isFirst = false
    wasEmpty &&= list.length === 0
    next = more
  }
  yield `]${next === undefined ? '' : `,"next":${JSON.stringify(next)}`}}\n`
}

async function restOf(first: ListAnswer, pages: AsyncIterable<ListAnswer>): Promise<ListAnswer> {
  let all = first
  for await (const page of pages) all = joined(all, page)
  return all
}

function joined(one: ListAnswer, other: ListAnswer): ListAnswer {
  const { name, list } = listOf(one)
  if (name === null) return other
  const more = listOf(other).list
  const rows = name === SERIES ? joinedSeries(list as ListAnswer[], more as ListAnswer[]) : [...list, ...more]
  return { ...one, [name]: rows, ...(other.next === undefined ? {} : { next: other.next }) }
}

/** A series is known by everything but its rows. */
function joinedSeries(ones: ListAnswer[], others: ListAnswer[]): ListAnswer[] {
  const all = new Map(ones.map((series) => [titleOf(series), series]))
  for (const series of others) {
    const known = all.get(titleOf(series))
    all.set(titleOf(series), known === undefined ? series : joined(known, series))
  }
  return [...all.values()]
}

function titleOf(series: ListAnswer): string {
  return JSON.stringify(Object.entries(series).filter(([, value]) => !Array.isArray(value)))
}

function listOf(answer: ListAnswer): { name: string | null; list: unknown[] } {
  const found = Object.entries(answer).find(([, value]) => Array.isArray(value))
  return found === undefined ? { name: null, list: [] } : { name: found[0], list: found[1] as unknown[] }
}
