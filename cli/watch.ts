import { decode, type Wire } from '../shared/codec.ts'
import { LaresError } from '../shared/errors.ts'
import { durationWords } from '../shared/time-words.ts'
import type { Topics } from '../shared/topics.ts'
import type { AdminClient } from './admin-client.ts'
import { bare, type Heard, type Known, line, sensorId } from './heard.ts'
import type { LiveParts } from './live-parts.ts'
import { stayConnected } from './stay-connected.ts'
import { watchPage } from './watch-page.ts'
import { WatchedHouse } from './watched-house.ts'

const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'
/** A screen of its own, which leaves what stood on the terminal as it was. */
const OWN_SCREEN = '\u001b[?1049h'
const LEAVE_SCREEN = '\u001b[?1049l'
const HOME = '\u001b[H'
const REST_OF_LINE = '\u001b[K'
const REST_OF_SCREEN = '\u001b[J'

/** A screen is drawn anew so often, for the ages of what stands still. */
const REDRAW_MS = 1_000
/** What comes together is drawn together. */
const DRAW_MS = 100
/** By then a hub that is there again has said all that it retains: what it did not name is gone. */
const RETAINED_MS = 3_000

type Latest = Exclude<Heard, { kind: 'event' }>

export interface LiveScreen {
  write(text: string): unknown
  columns: number
  rows: number
  on(event: 'resize', changed: () => void): unknown
  off(event: 'resize', changed: () => void): unknown
}

/** Shows every device and sensor as it is, as a page of the terminal. */
export async function watchOnScreen(live: LiveParts, screen: LiveScreen): Promise<void> {
  const { clock, signal } = live
  const known = nothingKnown()
  const learn = learner(known)
  const house = new WatchedHouse(known)
  let forget = () => {}
  const draw = () => {
    const size = { width: screen.columns, height: screen.rows, now: clock.now() }
    screen.write(onScreen(watchPage(house, size)))
  }
  let drawsSoon = false
  const drawSoon = () => {
    if (drawsSoon) return
    drawsSoon = true
    clock.after(DRAW_MS, () => {
      drawsSoon = false
      if (!signal.aborted) draw()
    })
  }
  const cancel = clock.every(REDRAW_MS, () => {
    if (!house.isNew) draw()
  })
  screen.on('resize', draw)
  try {
    await stayConnected({
      connect: live.connect,
      async begin(client) {
        house.only ??= (await live.device(client)) ?? null
        const devices = await learnNames(client, known)
        // What cannot begin says so on the terminal as it was.
        if (house.isNew) screen.write(OWN_SCREEN + HIDE_CURSOR)
        house.back()
        // Of a device that never came nothing is retained.
        for (const { id, status, status_since: since, status_reason: reason } of devices)
          house.hear({ kind: 'status', device: id, status: { status, since, reason } })
        await hearLatest(client, live.topics, (heard) => {
          house.hear(heard)
          learn(client, heard.device)
          drawSoon()
        })
        drawSoon()
        forget = clock.after(RETAINED_MS, () => house.forgetUnheard())
      },
      away(reason) {
        forget()
        house.leave(clock.now(), reason)
        draw()
      },
      back() {},
      clock,
      signal,
    })
  } finally {
    cancel()
    forget()
    screen.off('resize', draw)
    if (!house.isNew) screen.write(SHOW_CURSOR + LEAVE_SCREEN)
  }
}

/** Prints a line for each status and value that is another one. */
export async function watchAsLines(live: LiveParts): Promise<void> {
  const known = nothingKnown()
  const learn = learner(known)
  const shown = new Map<string, string>()
  let only: string | undefined
  await stayConnected({
    ...live,
    async begin(client) {
      only ??= await live.device(client)
      await learnNames(client, known)
      await hearLatest(client, live.topics, (heard, topic) => {
        if (only !== undefined && heard.device !== only) return
        learn(client, heard.device)
        const text = JSON.stringify(bare(heard))
        // After a restart the hub says again what it retains.
        if (shown.get(topic) === text) return
        shown.set(topic, text)
        live.print(live.json ? text : line(heard, known))
      })
    },
    away: (reason) => live.say(`The hub is away: ${reason}. Waiting for it.`),
    back: (awayMs) => live.say(`The hub is back after ${durationWords(awayMs)}.`),
  })
}

async function hearLatest(
  client: AdminClient,
  topics: Topics,
  hear: (heard: Latest, topic: string) => void,
): Promise<void> {
  await client.hear([topics.filter('state', {}), topics.filter('status', {})], (topic, payload) => {
    const heard = heardOf(topics.parse(topic), payload)
    if (heard) hear(heard, topic)
  })
}

function heardOf(parsed: ReturnType<Topics['parse']>, payload: Buffer): Latest | null {
  const { device = '', entity: sensor = '' } = parsed?.levels ?? {}
  switch (parsed?.name) {
    case 'state': {
      const read = payload.length === 0 ? null : decode('state', payload)
      return read?.ok === false ? null : { kind: 'state', device, sensor, state: read?.value ?? null }
    }
    case 'status': {
      const read = payload.length === 0 ? null : decode('status', payload)
      return read?.ok === false ? null : { kind: 'status', device, status: read?.value ?? null }
    }
    default:
      return null
  }
}

/** Names and types as they are learnt. */
interface Learnt extends Known {
  names: Map<string, string>
  types: Map<string, string>
}

const nothingKnown = (): Learnt => ({ names: new Map(), types: new Map() })

/** Asks once for the name of a device that came while somebody was looking; without an answer its id stands for it. */
function learner(known: Learnt): (client: AdminClient, device: string) => void {
  const asked = new Set<string>()
  return (client, device) => {
    if (known.names.has(device) || asked.has(device)) return
    asked.add(device)
    void learnNames(client, known).catch(() => undefined)
  }
}

interface ListedDevice {
  id: string
  name: string
  status: Wire<'status'>['status']
  status_since: number
  status_reason: string
}

function unlessUnknown(error: unknown): void {
  if (!(error instanceof LaresError && error.code === 'unknown_command')) throw error
}

/** Notes the names of all devices of the house, which it returns. */
async function learnNames(client: AdminClient, known: Learnt): Promise<ListedDevice[]> {
  const devices: ListedDevice[] = []
  let after: unknown
  do {
    const page = (await client.request('devices', 'list', { after })) as { devices: ListedDevice[]; next?: unknown }
    devices.push(...page.devices)
    after = page.next
  } while (after !== undefined)
  for (const { id, name } of devices) known.names.set(id, name)
  // An older hub lists none: their keys stand for them.
  await learnEntities(client, known).catch(unlessUnknown)
  return devices
}

/** By their names; two of one device that are called alike by their keys. */
async function learnEntities(client: AdminClient, { names, types }: Learnt): Promise<void> {
  const called = new Map<string, string[]>()
  let after: unknown
  do {
    const page = (await client.request('entities', 'list', { after })) as {
      entities: { device: string; key: string; name: string; entity_type: string }[]
      next?: unknown
    }
    for (const { device, key, name, entity_type } of page.entities) {
      types.set(sensorId({ device, sensor: key }), entity_type)
      const alike = JSON.stringify([device, name])
      called.set(alike, [...(called.get(alike) ?? []), sensorId({ device, sensor: key })])
      if (name !== '') names.set(sensorId({ device, sensor: key }), name)
    }
    after = page.next
  } while (after !== undefined)
  for (const ids of called.values()) if (ids.length > 1) for (const id of ids) names.delete(id)
}

/** Each line over the old one, so that nothing flickers. */
function onScreen(lines: string[]): string {
  return HOME + lines.map((text) => text + REST_OF_LINE).join('\n') + REST_OF_SCREEN
}
