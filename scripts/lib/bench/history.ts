import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectAsync } from 'mqtt'
import { systemClock } from '../../../shared/clock.ts'
import { explain } from '../../../shared/errors.ts'
import { declareSensors } from './declare-sensors.ts'
import { CONNECTIONS, load, withFolder } from './figures.ts'
import { type FilledYear, fillYear } from './history/filled-year.ts'
import { liveUpdates, lookAt, openBrowser } from './history/looked-at.ts'
import { logIn, PageSession } from './history/page-session.ts'
import { type HubProcess, startHub } from './hub-process.ts'
import { quantile } from './makers/stored-states.ts'
import { FIRST_SEQ } from './ring.ts'
import { median } from './store/median.ts'

const OWNER = { email: 'owner@example.org', password: 'a password of the bench' }
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
/** Questions of each kind; the first ones are not counted. */
const REPEATS = 24
const UNCOUNTED = 4
const PAGES = 10
/** What an open page asks for by itself. */
const PAGE_ASKS_MS = 15_000

interface Plan {
  devices: number
  readings: number
  looks: number
  updates: number
  seconds: number
  turns: number
}

/** What a year of a large house costs those who look at it. */
async function main(): Promise<void> {
  const plan = readPlan()
  const figures = await withFolder(async (scratch) => {
    console.log(`a year of ${plan.devices} devices, ${plan.readings} readings\n`)
    const year = await fillYear(join(scratch, 'house'), { ...plan, owner: OWNER })
    const hub = await startHub({ folder: year.folder })
    try {
      return {
        ...(await askedFigures(hub, year)),
        ...(await shownFigures(hub, year, plan)),
        ...(await slowedFigures(hub, year, plan)),
      }
    } finally {
      await hub.stop()
    }
  })
  console.log(`\n${JSON.stringify(figures)}`)
}

function readPlan(): Plan {
  const { values } = parseArgs({
    options: {
      devices: { type: 'string', default: '200' },
      readings: { type: 'string', default: '10000000' },
      seconds: { type: 'string', default: '10' },
      turns: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
    },
  })
  if (values.quick) return { devices: 5, readings: 20_000, looks: 1, updates: 2, seconds: 1, turns: 1 }
  const [devices, readings, turns] = [Number(values.devices), Number(values.readings), Number(values.turns)]
  const seconds = Number(values.seconds)
  if (!(isCount(devices, 1_000) && isCount(readings, 100_000_000) && isCount(turns, 20) && seconds > 0))
    throw new Error(
      '--devices is a number from 1 to 1000, --readings one to 100000000, --turns one to 20, --seconds one above 0',
    )
  return { devices, readings, looks: 5, updates: 60, seconds, turns }
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

/** Charts and lists through the admin door, as a page asks for them. */
async function askedFigures({ ports }: HubProcess, { devices }: FilledYear) {
  const page = await PageSession.open(ports.https, await logIn(ports.https, OWNER), 'asking')
  const to = systemClock.now()
  const ask = async (command: string, params: (device: string) => object) => {
    const took: number[] = []
    for (let n = 0; n < REPEATS; n++) {
      const { device } = devices[n % devices.length] ?? { device: '' }
      took.push(await page.ask(command, params(device), systemClock.mono))
    }
    return round(median(took.slice(UNCOUNTED)))
  }
  const chart = (step: string, spanMs: number) => (device: string) => ({
    device,
    sensor: 'e0',
    step,
    from: to - spanMs,
    to,
    limit: 10_000,
  })
  const chart_24h_ms = await ask('readings/summary', chart('5m', DAY_MS))
  const chart_1y_ms = await ask('readings/summary', chart('6h', YEAR_MS))
  const devices_list_ms = await ask('devices/list', () => ({ limit: 1_000 }))
  await page.close()
  console.log(`asked:    a day ${chart_24h_ms} ms, a year ${chart_1y_ms} ms, all devices ${devices_list_ms} ms`)
  return { chart_24h_ms, chart_1y_ms, devices_list_ms }
}

async function shownFigures({ ports }: HubProcess, { devices }: FilledYear, { looks, updates }: Plan) {
  const browser = await openBrowser()
  if (browser === null) {
    console.log('shown:    not measured, because there is no Chromium (scripts/setup installs it)')
    return { first_load_kb: null, first_paint_ms: null, live_update_p99_ms: null }
  }
  try {
    const seen = []
    for (let n = 0; n < looks; n++) seen.push(await lookAt(browser, ports.https, OWNER))
    const [{ device, secret } = { device: '', secret: '' }] = devices
    const client = await connectAsync(`mqtt://127.0.0.1:${ports.plain}`, {
      clientId: device,
      username: device,
      password: secret,
    })
    const say = async (value: number) => {
      const items = [{ sensor: 'e0', value, kind: 'temperature', unit: '°C' }]
      await client.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
    }
    const took = await liveUpdates(browser, { port: ports.https, account: OWNER, device, times: updates, say })
    await client.endAsync(true)
    const figures = {
      first_load_kb: round(median(seen.map(({ firstLoadKb }) => firstLoadKb))),
      first_paint_ms: round(median(seen.map(({ firstPaintMs }) => firstPaintMs))),
      live_update_p99_ms: round(
        quantile(
          took.sort((a, b) => a - b),
          0.99,
        ),
      ),
    }
    console.log(
      `shown:    ${figures.first_load_kb} kB, first paint ${figures.first_paint_ms} ms, a change after ${figures.live_update_p99_ms} ms (p99 of ${updates})`,
    )
    return figures
  } finally {
    await browser.close()
  }
}

/** Intake of agents alone, and while pages are open; in one order and in the other. */
async function slowedFigures({ ports }: HubProcess, { devices }: FilledYear, { seconds, turns }: Plan) {
  const agents = devices.slice(0, CONNECTIONS)
  await declareSensors(ports.plain, agents)
  let seq = FIRST_SEQ
  const take = async (pages: number) => {
    const cookie = await logIn(ports.https, OWNER)
    const open = await Promise.all(
      Array.from({ length: pages }, (_, n) => PageSession.open(ports.https, cookie, `page${n}x${seq}`)),
    )
    const cancels = open.map((page) =>
      systemClock.every(PAGE_ASKS_MS, () => void page.ask('alerts/list', {}, systemClock.mono).catch(() => {})),
    )
    const clients = agents.map(({ device, secret }) => ({
      ...{ id: device, user: device, password: secret },
      topic: `lares/${device}/readings`,
    }))
    const { messagesPerSecond } = await load({ port: ports.plain, clients, firstSeq: seq }, { seconds })
    seq += 10_000_000
    for (const cancel of cancels) cancel()
    await Promise.all(open.map((page) => page.close()))
    return messagesPerSecond
  }
  const slower: number[] = []
  for (let turn = 0; turn < turns; turn++) {
    const first = await take(turn % 2 === 0 ? 0 : PAGES)
    const second = await take(turn % 2 === 0 ? PAGES : 0)
    const [alone, looked] = turn % 2 === 0 ? [first, second] : [second, first]
    slower.push(1 - looked / alone)
    console.log(`intake:   ${Math.round(alone)} messages/s alone, ${Math.round(looked)} with ${PAGES} pages open`)
  }
  return { ingest_slowdown: Math.round(median(slower) * 100) / 100 }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

main().catch((error: unknown) => {
  console.error(`scripts/bench: ${explain(error)}`)
  process.exitCode = 1
})
