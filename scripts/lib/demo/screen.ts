import { cutText } from '../../../shared/cut-text.ts'
import type { Conversation } from './conversation.ts'
import { type DeviceView, isOther } from './house-view.ts'
import type { DemoView, PlaceView } from './look.ts'
import { rowsOf } from './outcome.ts'

/** Columns of a device's name. */
const NAME = 15

const BOLD = '\u001b[1m'
const DIM = '\u001b[2m'
const GREEN = '\u001b[32m'
const YELLOW = '\u001b[33m'
const OFF = '\u001b[0m'

/** What central shows of a house: a heading and a table. */
const AT_CENTRAL = [
  ['readings', 'readings'],
  ['events', 'events'],
  ['sessions', 'sessions'],
  ['clips', 'audio_clips'],
] as const

/** How a door's state reads to a person. */
const OPENING = new Map([
  ['on', 'open'],
  ['off', 'closed'],
])

export interface ScreenOptions {
  /** Only on a terminal. */
  colours: boolean
  /** Columns of the terminal; longer lines are cut. */
  width: number
  /** Name of the persona that central manages. */
  persona: string
  footer: string[]
  talk: Conversation
}

type Paint = (code: string, text: string) => string

interface Pen {
  paint: Paint
  /** One line, cut to the width. */
  line: (text: string, code?: string) => string
  width: number
}

/** The live table: one page of a terminal of 80 by 24. */
export function screen(view: DemoView, { colours, width, persona, footer, talk }: ScreenOptions): string {
  const paint: Paint = (code, text) => (colours ? `${code}${text}${OFF}` : text)
  const { places, trouble } = view
  const total = (count: (place: PlaceView) => number) => places.reduce((sum, place) => sum + count(place), 0)
  const received = total(({ house }) => house.ledger.received)
  const applied = total(({ house }) => house.ledger.applied)
  const twice = total(({ house }) => house.ledger.duplicate)
  const rejected = total(({ house }) => house.ledger.rejected)
  const line = (text: string, code?: string) => {
    const cut = text.length > width ? `${cutText(text, width - 1)}…` : text
    return code === undefined ? cut : paint(code, cut)
  }
  const managed = places.filter(({ house }) => house.sync.managed > 0).map(({ name }) => name)
  return [
    line(
      `Lares   on disk and acknowledged: ${applied} of ${received} messages, duplicates ${twice}, rejected ${rejected}`,
      BOLD,
    ),
    '',
    line(`house   ${'device'.padEnd(NAME)}  status   heartbeats  messages  sessions`, DIM),
    ...places.flatMap((place) =>
      place.house.devices.flatMap((device) => deviceLines(place.name, device, { paint, line, width })),
    ),
    ...talkLines(talk).map((text) => line(text)),
    '',
    line('central   behind                 readings   events  sessions    clips', DIM),
    ...places.map((place) => siteLine(place, paint)),
    trouble === null
      ? line(`persona "${persona}", managed by central, is at: ${managed.join(', ') || 'no house yet'}`, DIM)
      : paint(YELLOW, line(trouble)),
    ...footer.map((text) => line(text, DIM)),
    '',
  ].join('\n')
}

function deviceLines(place: string, device: DeviceView, { paint, line, width }: Pen): string[] {
  const status = paint(device.status === 'online' ? GREEN : YELLOW, device.status.padEnd(8))
  const head = `${place.padEnd(6)}  ${cutText(device.name, NAME).padEnd(NAME)}  ${status}`
  if (isOther(device)) return [`${head} ${cutText(stateWords(device), Math.max(10, width - NAME - 20))}`]
  const numbers = [
    String(device.heartbeats).padStart(10),
    String(device.stored).padStart(8),
    String(device.sessions).padStart(8),
  ]
  const values = device.readings.map(({ sensor, value, unit }) => `${sensor} ${round(value)} ${unit}`.trimEnd())
  // The short ones first: so most of them fit.
  values.sort((a, b) => a.length - b.length)
  return [
    `${head} ${numbers.join('  ')}`,
    ...(values.length === 0 ? [] : [line(`        ${asManyAsFit(values, width - 8)}`, DIM)]),
    ...lastTurn(device).map((text) => line(`        ${text}`, DIM)),
  ]
}

/** `on, switched 3 times`, `closed`. */
function stateWords({ entities, done }: DeviceView): string {
  const [main] = entities.filter(({ entity_type }) => entity_type === 'light' || entity_type === 'binary_sensor')
  const state = main?.state ?? 'not heard yet'
  const words = main?.entity_type === 'binary_sensor' ? (OPENING.get(state) ?? state) : state
  return done === 0 ? words : `${words}, switched ${done === 1 ? 'once' : `${done} times`}`
}

/** The first values, and how many more there are. */
function asManyAsFit(values: string[], width: number): string {
  const whole = values.join(', ')
  if (whole.length <= width) return whole
  for (let shown = values.length - 1; shown > 1; shown -= 1) {
    const text = [...values.slice(0, shown), `+${values.length - shown}`].join(', ')
    if (text.length <= width) return text
  }
  return `${values[0]}, …`
}

function lastTurn({ turns }: DeviceView): string[] {
  const turn = turns.at(-1)
  if (turn === undefined) return []
  if (turn.duration_ms === null) return ['listening …']
  return [`heard ${(turn.duration_ms / 1000).toFixed(1)} s of sound, ${turn.completeness}, ended by ${turn.end_reason}`]
}

/** The last that was said, or why nothing is. */
function talkLines({ exchanges, trouble, gaveBack, isOver }: Conversation): string[] {
  const last = exchanges.at(-1)
  if (trouble !== null) return ['', `said    ${trouble}`]
  if (last === undefined) return []
  const { room, heard, answer, latencyMs } = last
  const after = latencyMs === null ? '' : ` after ${(latencyMs / 1_000).toFixed(1)} s`
  const lines = ['', `said    ${room}: “${heard}”`, `        “${answer}”${after}`]
  return gaveBack && !isOver ? [...lines, '        something urgent came between, and the conversation went on'] : lines
}

function siteLine({ name, house, there }: PlaceView, paint: Paint): string {
  const { state, rows_behind, seconds_behind } = house.sync
  const behind = state === 'running' ? `${rows_behind} rows, ${seconds_behind} s` : state
  const colour = state === 'running' && rows_behind === 0 ? GREEN : YELLOW
  const counts = AT_CENTRAL.map(([, table]) => (there === null ? '-' : String(rowsOf(there, table))).padStart(8))
  return `${name.padEnd(8)}  ${paint(colour, behind.padEnd(22))} ${counts.join(' ')}`
}

function round(value: number | undefined): string {
  return value === undefined ? '-' : String(Math.round(value * 100) / 100)
}
