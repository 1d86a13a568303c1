import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../../shared/clock.ts'
import { explain } from '../../../shared/errors.ts'
import { withFolder } from './figures.ts'
import { FIGURES, type Figures, figuresOf, type Measured, noFigures } from './store/figures-of-a-side.ts'
import { FRAME_HEADER_BYTES } from './store/log-frames.ts'
import { layOut } from './store/older-tree.ts'
import type { Answers } from './store/questions.ts'
import { type HouseSize, Side } from './store/side.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** The last commit of the layout that wrote an index with every reading. */
const BEFORE = 'db0ab74'
const HOUR_MS = 3_600_000
const ROUNDS = 40
const FRAME_BYTES = 4_096 + FRAME_HEADER_BYTES

interface StoreOptions extends Omit<HouseSize, 'until'> {
  /** `null`: nothing is compared. */
  before: string | null
}

/** What a reading costs the card and those who ask for it, beside the layout before. */
async function main(): Promise<void> {
  const options = readOptions()
  const size = { ...options, until: Math.floor(systemClock.now() / HOUR_MS) * HOUR_MS }
  const figures = await withFolder((scratch) => measure(scratch, options.before, size))
  console.log(`\n${JSON.stringify(figures)}`)
}

function readOptions(): StoreOptions {
  const { values } = parseArgs({
    options: {
      readings: { type: 'string', default: '2000000' },
      devices: { type: 'string', default: '10' },
      hours: { type: 'string', default: '6' },
      before: { type: 'string', default: BEFORE },
      'no-before': { type: 'boolean', default: false },
    },
  })
  const [readings, devices, hours] = [Number(values.readings), Number(values.devices), Number(values.hours)]
  if (!(readings >= 1_000 && isCount(devices, 100) && isCount(hours, 24)))
    throw new Error('--readings is a number from 1000 on, --devices one from 1 to 100, --hours one from 1 to 24')
  return { readings, devices, hours, before: values['no-before'] ? null : values.before }
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

async function measure(scratch: string, before: string | null, size: HouseSize): Promise<Record<string, unknown>> {
  const sides: Side[] = []
  try {
    const older = before === null ? null : layOut(before, { root: ROOT, folder: join(scratch, 'older') })
    if (typeof older === 'string') notMeasured('everything before', older)
    sides.push(new Side('now', { root: ROOT, scratch, readings: size.readings }))
    if (older !== null && typeof older !== 'string')
      sides.push(new Side('before', { ...older, scratch, readings: size.readings }))
    tellCards(sides)
    const { devices, readings, hours } = size
    console.log(
      `${devices} devices with ${readings} readings and one with a year of rollups, then ${hours} h of their life`,
    )
    const [now, then] = await Promise.race([measureAll(sides, size), interrupted()])
    if (!now) throw new Error('nothing was measured')
    return report(figuresOf(now, size), then ? figuresOf(then, size) : noFigures())
  } finally {
    for (const side of sides) side.close()
  }
}

/** What is counted does not depend on who else works, so the houses are made side by side. */
async function measureAll(sides: Side[], size: HouseSize): Promise<Measured[]> {
  const filled = await Promise.all(sides.map((side) => side.fill(size)))
  for (const [n, side] of sides.entries()) if (filled[n]) tellDay(side, filled[n], size)
  const answers = await askInTurns(sides)
  const purged = await Promise.all(sides.map((side) => side.purge()))
  return filled.flatMap((one, n) =>
    answers[n] && purged[n] ? { filled: one, answers: answers[n], purged: purged[n] } : [],
  )
}

/** In turns of a tenth of a second, because what else the machine does changes from one second to the next. */
async function askInTurns(sides: Side[]): Promise<Answers[]> {
  const asked = await Promise.all(sides.map(async (side) => ({ ...(await side.asking()), answers: noAnswers() })))
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { answers, ...side } of round % 2 === 0 ? asked : asked.toReversed())
      for (const [name, times] of Object.entries(await side.round())) answers[name as keyof Answers].push(...times)
  await Promise.all(asked.map(({ end }) => end()))
  return asked.map(({ answers }) => answers)
}

function noAnswers(): Answers {
  return { chart24hMs: [], chart1yMs: [], latestMs: [], syncUs: [] }
}

function tellCards(sides: Side[]): void {
  const [side] = sides
  if (!side?.noCard) return
  notMeasured('device_kb_per_lone_message and flushes_per_lone_message', side.noCard)
  console.log('a day is what was handed to the system: frames of the log, pages of checkpoints, backups\n')
}

function tellDay(side: Side, { day, tookMs }: Measured['filled'], { hours }: HouseSize): void {
  const aDay = (bytes: number) => `${Math.round(((bytes / 1e6) * 24) / hours)} MB`
  const frames = Object.entries(day.frames).map(([what, count]) => `${what} ${aDay(count * FRAME_BYTES)}`)
  console.log(
    `${`${side.name}:`.padEnd(8)}a day from ${hours} h: ${aDay(day.written)}, of it in the log by ${frames.join(', ')}; ` +
      `backups ${aDay(day.backups)}; the rest are checkpoints${side.noCard ? '' : ' and the file system'}`,
  )
  const seconds = Object.entries(tookMs).map(([what, ms]) => `${what} ${Math.round(ms / 1_000)} s`)
  console.log(`${''.padEnd(8)}took ${seconds.join(', ')}`)
}

function report(now: Figures, before: Figures): Record<string, number | null> {
  console.log(`\n${'figure'.padEnd(28)}${'before'.padStart(10)}${'now'.padStart(10)}${'ratio'.padStart(8)}`)
  const line = (name: string, values: (number | null)[]) =>
    console.log(
      name.padEnd(28) + values.map((value, n) => String(rounded(value) ?? '–').padStart(n < 2 ? 10 : 8)).join(''),
    )
  const figures: Record<string, number | null> = {}
  for (const name of FIGURES) {
    const [then, today] = [before[name], now[name]]
    line(name, [then, today, then !== null && today !== null && then > 0 ? today / then : null])
    figures[name] = rounded(today)
    figures[`${name}_before`] = rounded(then)
  }
  return figures
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4))
}

function notMeasured(what: string, reason: string): void {
  process.stderr.write(`scripts/bench: not measured: ${what}: ${reason}\n`)
}

/** Rejects when a person ends the program, so that it leaves no mount behind. */
function interrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => reject(new Error('it was ended')))
  })
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`scripts/bench: ${explain(error)}\n`)
    process.exit(1)
  },
)
