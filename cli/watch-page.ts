import { alarmWords } from '../shared/alarm-words.ts'
import { cleanText } from '../shared/clean-text.ts'
import { cutText } from '../shared/cut-text.ts'
import { paint } from '../shared/terminal/paint.ts'
import { fitTable, type TableColumn } from '../shared/terminal/table.ts'
import { fitted } from '../shared/terminal/text-width.ts'
import { durationWords, localTime, timeWords } from '../shared/time-words.ts'
import { shownState } from './heard.ts'
import type { WatchedDevice, WatchedHouse } from './watched-house.ts'

const COLUMNS: readonly TableColumn[] = [
  { title: 'device', right: false, shrinks: true },
  { title: 'sensor', right: false, shrinks: true },
  { title: 'value', right: true, shrinks: false },
  { title: 'unit', right: false, shrinks: false },
  { title: 'measured', right: false, shrinks: false },
]

type Colour = 'green' | 'yellow' | 'red'

interface Row {
  cells: string[]
  colour?: Colour | undefined
}

interface Size {
  width: number
  height: number
}

/** A house as a page of a terminal, at most as wide and high as that is. */
export function watchPage(house: WatchedHouse, { width, height, now }: Size & { now: number }): string[] {
  const devices = house.devices()
  const foot = (words: string) => footOf(house, { words, width, now })
  if (devices.length === 0) return [fitted(emptyWords(house), width), foot('')]
  // The titles and the foot stand above and below.
  const { rows, hidden } = fold(devices, Math.max(1, height - 2), now)
  const { lines } = fitTable(
    COLUMNS,
    rows.map(({ cells }) => cells),
    width,
  )
  const page = lines.map((text, at) => {
    const colour = at === 0 ? 'bold' : house.away ? 'dim' : rows[at - 1]?.colour
    return colour === undefined ? text : paint(colour, text, { isTerminal: true })
  })
  return [...page, foot(hidden)]
}

function emptyWords(house: WatchedHouse): string {
  if (house.only !== null) return `Nothing was heard of ${house.nameOf(house.only)} yet.`
  return 'There is no device yet: lares devices invite NAME'
}

/** The last line. A hub that is away matters more than what there is no room for. */
function footOf({ away }: WatchedHouse, { words, width, now }: { words: string; width: number; now: number }): string {
  if (away === null) return paint('dim', fitted(`Ctrl-C ends. ${words}`.trimEnd(), width), { isTerminal: true })
  const since = `${localTime(away.since).slice(11)} (${durationWords(now - away.since)})`
  return paint('yellow', fitted(`The hub is away since ${since}: ${away.reason}`, width), { isTerminal: true })
}

/**
 * As many lines as there is room for: devices and what is wrong with them before the sensors of any, and where not even
 * these fit, those first that need somebody.
 */
function fold(devices: readonly WatchedDevice[], room: number, now: number): { rows: Row[]; hidden: string } {
  const [only, ...others] = devices
  if (only !== undefined && others.length === 0) {
    const rows = [...headRows(only, now), ...sensorRows(only, now)]
    const hidden = hiddenWords(rows.length - room, 'more sensors: a higher terminal shows them')
    return { rows: rows.slice(0, room), hidden }
  }
  const heads = devices.map((device) => headRows(device, now))
  let left = room - heads.flat().length
  if (left < 0) return foldDevices(devices, room, now)
  let folded = 0
  const rows = devices.flatMap((device, at) => {
    if (device.sensors.length > left) {
      folded += device.sensors.length
      return foldedRows(device, now)
    }
    left -= device.sensors.length
    return [...(heads[at] ?? []), ...sensorRows(device, now)]
  })
  return { rows, hidden: hiddenWords(folded, 'more sensors: lares watch <device>') }
}

function foldDevices(devices: readonly WatchedDevice[], room: number, now: number): { rows: Row[]; hidden: string } {
  const rows: Row[] = []
  let shown = 0
  for (const device of [...devices].sort(byNeed)) {
    if (rows.length >= room) break
    rows.push(...foldedRows(device, now))
    shown += 1
  }
  return {
    rows: rows.slice(0, room),
    hidden: hiddenWords(devices.length - shown, 'more devices: lares watch <device>'),
  }
}

function hiddenWords(count: number, words: string): string {
  return count > 0 ? `${count} ${words}` : ''
}

const NEED: readonly Colour[] = ['red', 'yellow', 'green']

function byNeed(a: WatchedDevice, b: WatchedDevice): number {
  const needOf = (device: WatchedDevice) => (device.status?.alarms ? 0 : NEED.indexOf(colourOf(device)))
  return needOf(a) - needOf(b)
}

function colourOf({ status }: WatchedDevice): Colour {
  if (status?.status === 'online' || status?.status === 'busy') return 'green'
  return status?.status === 'error' ? 'red' : 'yellow'
}

/** Of a state that is a text, so that a long one leaves room for what it is of. */
const WORD_WIDTH = 24

const HOUR_MS = 3_600_000

/** How long ago, in the unit that matters: more would take the room of another column. */
function ageOf(ms: number, now: number): string {
  if (now - ms < HOUR_MS) return timeWords(ms, now)
  const [count, unit] = durationWords(now - ms).split(' ')
  return `${count} ${unit} ago`
}

/** A device, and what is wrong with it. */
function headRows(device: WatchedDevice, now: number): [Row, ...Row[]] {
  const { name, status } = device
  const cells = [name, status?.status ?? '-', '', '', status ? ageOf(status.since, now) : '-']
  const alarms = (status?.alarms ?? []).map(({ part, description, since }) => ({
    cells: ['', cleanText(alarmWords({ part, description })), 'alarm', '', ageOf(since, now)],
    colour: 'red' as const,
  }))
  return [{ cells, colour: colourOf(device) }, ...alarms]
}

/** A device without the lines of its sensors: how many there are. */
function foldedRows(device: WatchedDevice, now: number): Row[] {
  const [{ cells, colour }, ...alarms] = headRows(device, now)
  const { length } = device.sensors
  const counted = length === 0 ? cells : cells.with(1, `${cells[1]}, ${length} ${length === 1 ? 'sensor' : 'sensors'}`)
  return [{ cells: counted, colour }, ...alarms]
}

function sensorRows({ sensors }: WatchedDevice, now: number): Row[] {
  return sensors.map(({ name, type, state }) => ({
    cells: [
      '',
      name,
      state.quality === 0 ? '?' : cutText(shownState(state, type), WORD_WIDTH),
      cleanText(state.unit),
      ageOf(state.at, now),
    ],
  }))
}
