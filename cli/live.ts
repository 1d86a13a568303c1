import { alarmWords } from '../shared/alarm-words.ts'
import { cleanText } from '../shared/clean-text.ts'
import { systemClock } from '../shared/clock.ts'
import type { Wire } from '../shared/codec.ts'
import { EXIT } from '../shared/exit-code.ts'
import { showValue } from '../shared/terminal/show-value.ts'
import { zonedTime } from '../shared/time-words.ts'
import { type Heard, hearHouse } from './house-feed.ts'
import type { Call } from './parse-call.ts'
import { WatchedHouse } from './watched-house.ts'
import { socketOf, withHub } from './which-hub.ts'

const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const REST_OF_SCREEN = '\u001b[J'

/** A screen is drawn anew so often, for the ages of what stands still. */
const REDRAW_MS = 1_000

/** `watch`, `readings follow` and `events follow`: hears the hub until Ctrl-C. Returns the exit code. */
export async function runLive(call: Call): Promise<number> {
  const { command, json } = call
  const { socket, base = 'lares' } = socketOf(call)
  const names = await deviceNames(call)
  const only = call.params.device === undefined ? null : await idOf(call)
  const wants = wantedBy(call, only)
  const isScreen = command.area === 'watch' && !json && process.stdout.isTTY === true
  const house = new WatchedHouse(names)
  const draw = () => process.stdout.write(onScreen(house.lines(screenSize())))
  const cancel = isScreen ? systemClock.every(REDRAW_MS, draw) : () => {}
  if (isScreen) process.stdout.write(HIDE_CURSOR + HOME + REST_OF_SCREEN)
  try {
    await hearHouse({
      socket,
      base,
      wanted: command.area === 'events' ? ['event'] : command.area === 'readings' ? ['state'] : ['state', 'status'],
      hear(heard) {
        if (!wants(heard)) return
        void learnName(heard, names, call)
        if (isScreen) house.hear(heard)
        else process.stdout.write(`${json ? JSON.stringify(bare(heard)) : line(heard, names)}\n`)
      },
      changed(isThere) {
        house.isThere = isThere
        if (isScreen) draw()
        else if (!isThere) process.stderr.write('the hub is away; waiting for it\n')
      },
    })
  } finally {
    cancel()
    if (isScreen) process.stdout.write(`${SHOW_CURSOR}\n`)
  }
  return EXIT.ok
}

/** One line of what was heard, for a person. */
export function line(heard: Heard, names: ReadonlyMap<string, string>): string {
  const nameOf = (device: string) => names.get(device) ?? device
  switch (heard.kind) {
    case 'state': {
      const { state } = heard
      const value = state ? `${showValue(state.value, undefined, { now: 0, times: 'whole' })} ${state.unit}` : 'gone'
      const time = state ? zonedTime(state.at) : '-'
      return cleanText(`${time}  ${nameOf(heard.device)}  ${heard.sensor}  ${value}`.trimEnd())
    }
    case 'status': {
      const { status } = heard
      const time = status ? zonedTime(status.since) : '-'
      const words = status ? [`${status.status} (${status.reason})`, ...alarmsOf(status)].join('; ') : 'gone'
      return cleanText(`${time}  ${nameOf(heard.device)}  ${words}`)
    }
    case 'event': {
      const { type, at, data } = heard.event
      const { device, ...rest } = data
      const who = typeof device === 'string' ? `  ${nameOf(device)}` : ''
      return cleanText(`${zonedTime(at)}  ${type}${who}  ${showValue(rest, undefined, { now: 0, times: 'whole' })}`)
    }
  }
}

function alarmsOf({ alarms = [] }: Wire<'status'>): string[] {
  return alarms.map((alarm) => `${alarmWords(alarm)} (since ${zonedTime(alarm.since)})`)
}

/** One object of what was heard, for a program. */
function bare(heard: Heard): object {
  if (heard.kind === 'event') return heard.event
  if (heard.kind === 'state') return { device: heard.device, sensor: heard.sensor, ...heard.state }
  return { device: heard.device, ...heard.status }
}

function wantedBy({ params }: Call, only: string | null): (heard: Heard) => boolean {
  return (heard) => {
    const device = heard.kind === 'event' ? heard.event.data.device : heard.device
    if (only !== null && device !== only) return false
    return params.sensor === undefined || heard.kind !== 'state' || heard.sensor === params.sensor
  }
}

/** A device that came while somebody was looking is asked for once. */
async function learnName(heard: Heard, names: Map<string, string>, call: Call): Promise<void> {
  const device = heard.kind === 'event' ? heard.event.data.device : heard.device
  if (typeof device !== 'string' || names.has(device)) return
  names.set(device, device)
  // Without an answer its id stands for it.
  const told = await deviceNames(call).catch(() => null)
  const name = told?.get(device)
  if (name !== undefined) names.set(device, name)
}

async function deviceNames(call: Call): Promise<Map<string, string>> {
  const told = await withHub(call, (client) => client.request('devices', 'list', {}))
  return new Map((told as { devices: { id: string; name: string }[] }).devices.map(({ id, name }) => [id, name]))
}

async function idOf(call: Call): Promise<string> {
  const told = await withHub(call, (client) => client.request('devices', 'show', { device: call.params.device }))
  return (told as { device: { id: string } }).device.id
}

function screenSize(): { width: number; height: number; now: number } {
  return { width: process.stdout.columns, height: process.stdout.rows, now: systemClock.now() }
}

/** Each line over the old one, so that nothing flickers. */
function onScreen(lines: string[]): string {
  return HOME + lines.map((text) => text + REST_OF_LINE).join('\n') + REST_OF_SCREEN
}
