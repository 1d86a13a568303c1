import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../cli/commands.ts'
import { asJson, gathered, isPaged, type ListAnswer, MOST_ROWS, pagesOf, rowsOf } from '../../cli/whole-list.ts'
import type { DescribedCommand } from '../../shared/admin/described-command.ts'

const command = (area: string, verb: string) => findDescribed(knownCommands(), area, verb) as DescribedCommand
const EVENTS = command('events', 'list')

/** A hub with so many events, which answers as ours: so many after a number, and where it goes on. */
function hubWith(total: number) {
  const asked: Record<string, unknown>[] = []
  return {
    asked,
    async request(params: Record<string, unknown>): Promise<ListAnswer> {
      asked.push(params)
      const first = Number(params.after ?? 0)
      const last = Math.min(total, first + Number(params.limit))
      const events = Array.from({ length: last - first }, (_, at) => ({ id: first + at + 1 }))
      return { events, ...(last < total ? { next: last } : {}) }
    },
  }
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const page of pages) found.push(page)
  return found
}

const idsOf = (pages: ListAnswer[]) => pages.flatMap(({ events }) => (events as { id: number }[]).map(({ id }) => id))
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

describe('a list', () => {
  it('is asked for until its end, in pages of the size that the hub says', async () => {
    const hub = hubWith(120)
    const pages = await all(pagesOf(EVENTS, {}, hub.request))
    expect(idsOf(pages)).toEqual(upTo(120))
    expect(new Set(hub.asked.map(({ limit }) => limit))).toEqual(new Set([EVENTS.params.properties?.limit?.default]))
    expect(pages.at(-1)).not.toHaveProperty('next')
  })

  it('ends after ten thousand rows where nobody says how many, and says where to go on', async () => {
    const pages = await all(pagesOf(EVENTS, {}, hubWith(10_050).request))
    expect(idsOf(pages)).toEqual(upTo(MOST_ROWS))
    expect(pages.map(({ next }) => next).filter((next) => next !== undefined)).toEqual([MOST_ROWS])
  })

  it.each([1, 50, 75, 12_000])('has exactly %i rows where that is the limit', async (limit) => {
    const hub = hubWith(20_000)
    const pages = await all(pagesOf(EVENTS, { limit }, hub.request))
    expect(idsOf(pages)).toEqual(upTo(limit))
    expect(pages.at(-1)?.next).toBe(limit)
  })

  it('goes on where an earlier one ended', async () => {
    expect(idsOf(await all(pagesOf(EVENTS, { after: 100, limit: 2 }, hubWith(200).request)))).toEqual([101, 102])
  })

  it('leaves a limit that is none to the hub, which says what is wrong', async () => {
    for (const limit of [0, -1, 1.5]) {
      const hub = hubWith(3)
      const request = async (params: Record<string, unknown>): Promise<ListAnswer> => {
        hub.asked.push(params)
        throw new Error('bad_params')
      }
      await expect(all(pagesOf(EVENTS, { limit }, request))).rejects.toThrow('bad_params')
      expect(hub.asked).toEqual([{ limit }])
    }
  })

  it('never asks a hub for ever that gives nothing and says there is more', async () => {
    const pages = await all(pagesOf(EVENTS, { after: 1 }, async () => ({ events: [], next: 1 })))
    expect(pages).toEqual([{ events: [], next: 1 }])
  })

  it('goes on behind a page on which nothing was found', async () => {
    const answers = [{ events: [], next: 50_000 }, { events: [], next: 100_000 }, { events: [{ id: 100_001 }] }]
    const pages = await all(pagesOf(EVENTS, { after: 1 }, async () => answers.shift() as ListAnswer))
    expect(idsOf(pages)).toEqual([100_001])
  })

  it('asks for all of a limit at once where the hub gives so many, as for the last readings that came', async () => {
    const hub = hubWith(500)
    await all(pagesOf(command('readings', 'received'), { limit: 250 }, hub.request))
    expect(hub.asked).toEqual([{ limit: 250 }])
  })

  it('is one of every command that says where it goes on', () => {
    expect(
      knownCommands()
        .filter(isPaged)
        .map(({ area, verb }) => `${area} ${verb}`),
    ).toEqual(
      expect.arrayContaining(['devices list', 'events list', 'readings query', 'readings latest', 'sessions list']),
    )
    expect(isPaged(command('hub', 'status'))).toBe(false)
  })
})

describe('pages', () => {
  it('are one table for every so many rows', async () => {
    const parts = await all(gathered(pagesOf(EVENTS, {}, hubWith(230).request), 100))
    expect(parts.map(rowsOf)).toEqual([100, 100, 30])
    expect(idsOf(parts)).toEqual(upTo(230))
  })

  it('are one JSON in the shape of one answer, whatever came', async () => {
    for (const [total, limit] of [
      [0, 5],
      [3, 5],
      [120, undefined],
      [120, 60],
    ] as const) {
      const params = limit === undefined ? {} : { limit }
      const text = (await all(asJson(pagesOf(EVENTS, params, hubWith(total).request)))).join('')
      const parsed = JSON.parse(text) as ListAnswer
      const rows = Math.min(total, limit ?? total)
      expect(idsOf([parsed])).toEqual(upTo(rows))
      expect(parsed.next).toBe(rows < total ? rows : undefined)
      expect(text.endsWith('}\n')).toBe(true)
    }
  })

  it('of several series are put together by their names', async () => {
    const series = (unit: string, times: number[]) => ({ device: 'd', unit, readings: times.map((time) => ({ time })) })
    const pages: ListAnswer[] = [
      { from: 1, to: 9, series: [series('°C', [1, 2]), series('°F', [])], next: '2.2' },
      { from: 1, to: 9, series: [series('°C', [3]), series('°F', [4])] },
    ]
    const request = async () => pages.shift() as ListAnswer
    const text = (await all(asJson(pagesOf(command('readings', 'query'), {}, request)))).join('')
    expect(JSON.parse(text)).toEqual({ from: 1, to: 9, series: [series('°C', [1, 2, 3]), series('°F', [4])] })
  })
})
