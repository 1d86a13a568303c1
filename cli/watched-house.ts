import { alarmWords } from '../shared/alarm-words.ts'
import { cleanText } from '../shared/clean-text.ts'
import { paint } from '../shared/terminal/paint.ts'
import { showValue } from '../shared/terminal/show-value.ts'
import { type Column, fitTable } from '../shared/terminal/table.ts'
import { fitted } from '../shared/terminal/text-width.ts'
import { timeWords } from '../shared/time-words.ts'
import type { Heard } from './house-feed.ts'

const COLUMNS: readonly Column[] = [
  { title: 'device', right: false, shrinks: true },
  { title: 'sensor', right: false, shrinks: true },
  { title: 'value', right: true, shrinks: false },
  { title: 'unit', right: false, shrinks: false },
  { title: 'measured', right: false, shrinks: false },
]

type StateHeard = Extract<Heard, { kind: 'state' }>
type StatusHeard = Extract<Heard, { kind: 'status' }>

/** A house as it was last heard: one line for each device, and one for each of its sensors. */
export class WatchedHouse {
  isThere = false
  #names: ReadonlyMap<string, string>
  #statuses = new Map<string, NonNullable<StatusHeard['status']>>()
  #states = new Map<string, StateHeard & { state: NonNullable<StateHeard['state']> }>()

  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names
  }

  hear(heard: Heard): void {
    if (heard.kind === 'status') {
      if (heard.status) this.#statuses.set(heard.device, heard.status)
      else this.#statuses.delete(heard.device)
    } else if (heard.kind === 'state') {
      const key = `${heard.device}/${heard.sensor}`
      if (heard.state) this.#states.set(key, { ...heard, state: heard.state })
      else this.#states.delete(key)
    }
  }

  /** The page, at most as wide and high as the terminal. */
  lines({ width, height, now }: { width: number; height: number; now: number }): string[] {
    const rows = this.#rows(now)
    const { lines } = fitTable(
      COLUMNS,
      rows.map(({ cells }) => cells),
      width,
    )
    const screen = { isTerminal: true }
    const page = lines.map((text, at) => {
      const colour = at === 0 ? 'bold' : rows[at - 1]?.colour
      return colour === undefined ? text : paint(colour, text, screen)
    })
    const foot = this.isThere ? 'Ctrl-C ends' : 'the hub is away; waiting for it'
    const room = Math.max(2, height - 1)
    const hidden = page.length - room
    const note = hidden > 0 ? `${hidden} more lines; a higher terminal shows them. ${foot}` : foot
    return [...page.slice(0, room), paint('dim', fitted(note, width), screen)]
  }

  #rows(now: number): { cells: string[]; colour?: 'green' | 'yellow' | 'red' }[] {
    const devices = new Set([...this.#statuses.keys(), ...[...this.#states.values()].map(({ device }) => device)])
    const nameOf = (device: string) => cleanText(this.#names.get(device) ?? device)
    const sorted = [...devices].sort((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.localeCompare(b))
    return sorted.flatMap((device) => {
      const status = this.#statuses.get(device)
      const colour =
        status?.status === 'online' || status?.status === 'busy'
          ? 'green'
          : status?.status === 'error'
            ? 'red'
            : 'yellow'
      const head = {
        cells: [nameOf(device), status?.status ?? '-', '', '', status ? timeWords(status.since, now) : '-'],
        colour: colour as 'green' | 'yellow' | 'red',
      }
      const alarms = (status?.alarms ?? []).map(({ part, description, since }) => ({
        cells: ['', cleanText(alarmWords({ part, description })), 'alarm', '', timeWords(since, now)],
        colour: 'red' as const,
      }))
      const own = [...this.#states.values()].filter((state) => state.device === device)
      const sensors = own
        .sort((a, b) => a.sensor.localeCompare(b.sensor))
        .map(({ sensor, state }) => ({
          cells: [
            '',
            cleanText(sensor),
            state.quality === 0 ? '?' : showValue(state.value, undefined, { now, times: 'glance' }),
            cleanText(state.unit),
            timeWords(state.at, now),
          ],
        }))
      return [head, ...alarms, ...sensors]
    })
  }
}
