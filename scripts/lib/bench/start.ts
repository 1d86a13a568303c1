import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explain } from '../../../shared/errors.ts'
import { withFolder } from './figures.ts'
import { addRollups, fillHouse } from './full-house.ts'
import { startHub } from './hub-process.ts'
import { ENDS, type HubEnd, type TimedStart, twoStarts } from './start-figures.ts'

const HOUSES = ['empty', 'full'] as const
type House = (typeof HOUSES)[number]
type Key = `${House}, ${HubEnd}`

/** Below this a part is not worth a column. */
const SHOWN_MS = 3

/** How long a hub takes from its start as a process until it listens, in a full house and in an empty one. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rollups: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '5' },
      cold: { type: 'boolean', default: false },
    },
  })
  const rollups = Number(values.rollups)
  const runs = Number(values.runs)
  const { cold } = values
  if (!(rollups >= 1_000 && runs >= 1)) throw new Error('--rollups is a number from 1000 on, --runs one from 1 on')
  const figures = await withFolder(async (scratch) => {
    const folders = await makeHouses(scratch, rollups)
    console.log(
      `${rollups} hourly rollups; ${runs} starts of each kind in turns, the database ${cold ? 'not ' : ''}cached\n`,
    )
    const starts = new Map<Key, TimedStart[]>()
    for (let run = 0; run < runs; run += 1)
      for (const house of HOUSES) {
        const two = await twoStarts(folders[house], { cold })
        for (const end of ENDS) {
          const key: Key = `${house}, ${end}`
          starts.set(key, [...(starts.get(key) ?? []), two[end]])
        }
      }
    for (const [key, list] of starts) console.log(describe(key, list))
    return figuresOf((house, end) => starts.get(`${house}, ${end}`) ?? [])
  })
  console.log(`\n${JSON.stringify(figures)}`)
}

/** Both have started once, so that neither makes its certificate or its tables later. */
async function makeHouses(scratch: string, rollups: number): Promise<Record<House, string>> {
  const { folder: full } = await fillHouse(scratch, 1_000)
  addRollups(full, rollups)
  const empty = join(scratch, 'empty')
  for (const folder of [empty, full]) await (await startHub({ folder })).stop()
  return { empty, full }
}

function describe(key: Key, starts: TimedStart[]): string {
  const { median: middle, least, most } = spread(starts)
  const parts = [...medianParts(starts)].filter(([, ms]) => ms >= SHOWN_MS).map(([part, ms]) => `${part} ${ms}`)
  const processor = medianOf(starts.map(({ processorMs }) => processorMs))
  const check = key.endsWith('unclean') ? `; checked ${medianOf(starts.map(({ checkMs }) => checkMs))} ms later` : ''
  return `${`${key}:`.padEnd(16)}${middle} ms (${least} to ${most}), ${processor} ms of processor time${check}\n  ${parts.join(', ')}`
}

function figuresOf(of: (house: House, end: HubEnd) => TimedStart[]): Record<string, unknown> {
  const figures: Record<string, unknown> = {}
  for (const end of ENDS) {
    const full = spread(of('full', end))
    const empty = spread(of('empty', end))
    figures[`${end}_ms`] = full.median
    figures[`${end}_spread_ms`] = [full.least, full.most]
    figures[`${end}_empty_ms`] = empty.median
    figures[`${end}_ratio`] = Math.round((full.median / empty.median) * 1_000) / 1_000
    figures[`${end}_processor_ms`] = medianOf(of('full', end).map(({ processorMs }) => processorMs))
    figures[`${end}_parts_ms`] = Object.fromEntries(medianParts(of('full', end)))
  }
  figures.check_ms = medianOf(of('full', 'unclean').map(({ checkMs }) => checkMs))
  return figures
}

function spread(starts: TimedStart[]): { median: number; least: number; most: number } {
  const times = starts.map(({ ms }) => ms)
  return { median: medianOf(times), least: Math.round(Math.min(...times)), most: Math.round(Math.max(...times)) }
}

/** A part that is not in a start took less than a millisecond of it. */
function medianParts(starts: TimedStart[]): Map<string, number> {
  const names = new Set(starts.flatMap(({ parts }) => [...parts.keys()]))
  return new Map([...names].map((name) => [name, medianOf(starts.map(({ parts }) => parts.get(name) ?? 0))]))
}

function medianOf(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return Math.round(((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2)
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`scripts/bench: ${explain(error)}\n`)
    process.exit(1)
  },
)
