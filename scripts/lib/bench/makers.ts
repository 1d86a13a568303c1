import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, wait } from '../../../shared/clock.ts'
import { explain } from '../../../shared/errors.ts'
import { withFolder } from './figures.ts'
import { createDevices, type MadeDevice } from './local-admin.ts'
import { addedMemory } from './makers/added-memory.ts'
import { MakerHouse } from './makers/maker-house.ts'
import { type IntakeFigures, slowedIntake } from './makers/slowed-intake.ts'
import { StoredStates } from './makers/stored-states.ts'
import { tellDevices } from './makers/told-devices.ts'
import { ENTITIES } from './makers/zigbee-list.ts'
import { median } from './store/median.ts'

const AGENTS = 50
const WARM_UP_MS = 3_000
/** By then a hub has given back what its start took. */
const IDLE_MS = 20_000

interface MakersOptions {
  devices: number
  rate: number
  seconds: number
  turns: number
  commands: number
  warmUpMs: number
  idleMs: number
}

/** What devices of other makers cost a hub, and how soon they are there. */
async function main(): Promise<void> {
  const options = readOptions()
  const figures = await withFolder(async (scratch) => ({
    ...(await measureHouse(join(scratch, 'house'), options)),
    ...(await measureMemory(scratch, options)),
  }))
  const { z2m_100_devices_live_s, state_to_row_p99_ms, command_p99_ms, messages_per_s, ...more } = figures
  const { rss_added_mb, ingest_slowdown } = more
  const inOrder = { z2m_100_devices_live_s, state_to_row_p99_ms, command_p99_ms, messages_per_s, rss_added_mb }
  console.log(`\n${JSON.stringify({ ...inOrder, ingest_slowdown })}`)
}

function readOptions(): MakersOptions {
  const { values } = parseArgs({
    options: {
      devices: { type: 'string', default: '100' },
      rate: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '10' },
      turns: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
    },
  })
  const [devices, rate, turns] = [Number(values.devices), Number(values.rate), Number(values.turns)]
  const seconds = Number(values.seconds)
  if (!(isCount(devices, 400) && isCount(rate, 100_000) && isCount(turns, 20) && seconds > 0))
    throw new Error(
      '--devices is a number from 1 to 400, --rate one to 100000, --turns one to 20, --seconds one above 0',
    )
  if (values.quick) return { devices: 5, rate: 50, seconds: 1, turns: 1, commands: 10, warmUpMs: 0, idleMs: 1_000 }
  return { devices, rate, seconds, turns, commands: 300, warmUpMs: WARM_UP_MS, idleMs: IDLE_MS }
}

function isCount(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most
}

async function measureHouse(folder: string, options: MakersOptions): Promise<Record<string, number>> {
  const { devices, rate, seconds, commands } = options
  const house = await MakerHouse.open({ folder, devices })
  try {
    console.log(`${devices} devices with ${ENTITIES} entities each at a Zigbee2MQTT, ${rate} messages a second\n`)
    const hub = await house.startHub({})
    const agents = await createDevices(hub.ports.socket, AGENTS)
    const live = await liveS(house, () => house.takeIn(hub), devices)
    console.log(`live:     all have a state ${live} s after the bridge appeared`)
    await house.speak(0)
    const quiet = await tellDevices(house, hub, commands)
    const stored = await storedUnderLoad(house, options)
    const { p50Ms, p99Ms, perSecond } = stored
    console.log(
      `stored:   ${Math.round(perSecond)} messages/s for ${seconds} s; to their rows p50 ${round(p50Ms)} ms, p99 ${round(p99Ms)} ms`,
    )
    const busy = await tellDevices(house, hub, commands)
    console.log(
      `told:     ${commands} commands, p99 ${round(quiet)} ms while nobody speaks, ${round(busy)} ms while all do`,
    )
    await house.speak(0)
    await hub.stop()
    const slowdown = await slowdownOf(house, agents, options)
    return {
      z2m_100_devices_live_s: live,
      state_to_row_p99_ms: round(p99Ms),
      command_p99_ms: round(quiet),
      messages_per_s: Math.round(perSecond),
      ingest_slowdown: slowdown,
    }
  } finally {
    await house.close()
  }
}

/** Each device says its state once a second. */
async function liveS(house: MakerHouse, takeIn: () => Promise<void>, devices: number): Promise<number> {
  const began = systemClock.mono()
  await house.appear()
  await house.speak(devices)
  await takeIn()
  return round((systemClock.mono() - began) / 1_000)
}

async function storedUnderLoad(house: MakerHouse, { rate, seconds, warmUpMs }: MakersOptions) {
  const stored = new StoredStates(house.folder, () => house.now())
  await house.speak(rate)
  await wait(systemClock, warmUpMs)
  stored.begin()
  await wait(systemClock, seconds * 1_000)
  return stored.end()
}

async function slowdownOf(house: MakerHouse, agents: readonly MadeDevice[], options: MakersOptions): Promise<number> {
  const turns: IntakeFigures[] = []
  for (let turn = 0; turn < options.turns; turn += 1) {
    const figures = await slowedIntake(house, { ...options, agents, turn })
    const { alone, beside, meanwhile } = figures
    console.log(
      `intake:   ${alone} messages/s alone, ${beside} beside bridge and broker, ${meanwhile} while listening to them`,
    )
    turns.push(figures)
  }
  return round(1 - median(turns.map(({ beside, meanwhile }) => meanwhile / beside)))
}

async function measureMemory(
  scratch: string,
  { devices, turns, idleMs }: MakersOptions,
): Promise<Record<string, number>> {
  const house = await MakerHouse.open({ folder: join(scratch, 'larger'), devices: devices * 2 })
  try {
    const hub = await house.startHub({})
    await house.appear()
    await house.speak(devices * 2)
    await house.takeIn(hub)
    await house.speak(0)
    await hub.stop()
    const added: number[] = []
    for (let turn = 0; turn < turns; turn += 1) {
      const { with: full, without } = await addedMemory(house, { empty: join(scratch, 'empty'), idleMs })
      console.log(`memory:   ${full} MB with ${devices * 2} devices, ${without} MB without`)
      added.push(full - without)
    }
    return { rss_added_mb: round(median(added)) }
  } finally {
    await house.close()
  }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`scripts/bench: ${explain(error)}\n`)
    process.exit(1)
  },
)
