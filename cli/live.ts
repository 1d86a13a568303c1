import { systemClock } from '../shared/clock.ts'
import { EXIT } from '../shared/exit-code.ts'
import { silentLog } from '../shared/log.ts'
import { sensorKey } from '../shared/messages/fields.ts'
import { shellWord } from '../shared/shell-word.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { topicsBelow } from '../shared/topics.ts'
import type { AdminClient } from './admin-client.ts'
import { findDescribed, knownCommands } from './commands.ts'
import { follow } from './follow.ts'
import { exampleCall } from './help.ts'
import type { LiveParts } from './live-parts.ts'
import type { Call } from './parse-call.ts'
import type { Found } from './stored.ts'
import { StoredEvents } from './stored-events.ts'
import { StoredReadings } from './stored-readings.ts'
import { watchAsLines, watchOnScreen } from './watch.ts'
import { baseOf, connectHub, meantHub } from './which-hub.ts'

/** What is answered once. */
const ALONE: ReadonlyMap<string, (call: Call) => Promise<number>> = new Map([
  ['setup', async (call) => (await import('./setup-link.ts')).showSetupLink(call)],
  ['talk', async (call) => (await import('./talk-at-terminal.ts')).talkAtTerminal(call)],
  ['login', async (call) => (await import('./elsewhere/log-in.ts')).logInAtHub(call)],
  ['logout', async (call) => (await import('./elsewhere/log-out.ts')).logOutOfHub(call)],
  ['logins', async (call) => (await import('./elsewhere/list-logins.ts')).listLogins(call)],
])

/** `watch`, `readings follow` and `events follow`, until Ctrl-C or SIGTERM; and what else this program does itself. Returns the exit code. */
export async function runLive(call: Call): Promise<number> {
  const alone = ALONE.get(call.command.area)
  if (alone) return await alone(call)
  const { command, json } = call
  const base = baseOf(meantHub(call))
  const stop = waitForStop(silentLog)
  const ending = new AbortController()
  void stop.signal.then(() => ending.abort())
  const live = {
    // Looked up each time: somebody may have logged in again meanwhile.
    connect: () => connectHub(meantHub(call)),
    topics: topicsBelow(base),
    device: (client: AdminClient) => idOf(client, call.params.device),
    json,
    print: (text: string) => void process.stdout.write(`${text}\n`),
    say: (text: string) => void process.stderr.write(`${text}\n`),
    clock: systemClock,
    signal: ending.signal,
  }
  try {
    if (command.area === 'watch' && !json && process.stdout.isTTY) await watchOnScreen(live, process.stdout)
    else if (command.area === 'watch') await watchAsLines(live)
    else if (command.area === 'events') await followEvents(live, call)
    else await followReadings(live, call)
  } finally {
    stop.release()
  }
  return EXIT.ok
}

function followEvents(live: LiveParts, call: Call): Promise<void> {
  return follow({
    ...live,
    stored: async (client) => new StoredEvents({ device: await live.device(client) }),
    filters: [live.topics.filter('adminEvent', {})],
    typed: (rest) => typed(rest, call),
  })
}

function followReadings(live: LiveParts, call: Call): Promise<void> {
  const { topics } = live
  const sensor = call.params.sensor === undefined ? undefined : String(call.params.sensor)
  const isKey = sensor === undefined || sensorKey.safeParse(sensor).success
  let device: string | undefined
  let keys: ReadonlySet<string> | null = null
  return follow({
    ...live,
    async stored(client) {
      device = await live.device(client)
      if (!isKey) keys = await keysOf(client, { device, sensor })
      return new StoredReadings({ device, sensor })
    },
    filters: [topics.filter('state', sensor === undefined || !isKey ? {} : { entity: sensor })],
    cleared(topic) {
      const { device: of = '', entity: gone = '' } = topics.parse(topic)?.levels ?? {}
      if (keys !== null && !keys.has(gone)) return null
      return device === undefined || of === device ? { kind: 'state', device: of, sensor: gone, state: null } : null
    },
    typed: (rest) => typed(rest, call),
  })
}

/** The keys of the sensors that are called so: what the hub publishes names them by these. */
async function keysOf(client: AdminClient, asked: object): Promise<ReadonlySet<string>> {
  const told = (await client.request('readings', 'latest', { ...asked })) as { readings: { sensor: string }[] }
  return new Set(told.readings.map(({ sensor }) => sensor))
}

async function idOf(client: AdminClient, device: unknown): Promise<string | undefined> {
  if (device === undefined) return undefined
  const told = (await client.request('devices', 'show', { device })) as { device: { id: string } }
  return told.device.id
}

/** A command as it is typed for the same hub. */
function typed({ area, verb, params }: NonNullable<Found['rest']>, call: Call): string {
  const command = findDescribed(knownCommands(), area, verb)
  const hub = (['hub', 'data', 'socket', 'base'] as const).flatMap((name) =>
    call[name] === undefined ? [] : [`--${name} ${shellWord(call[name])}`],
  )
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined))
  return [command ? exampleCall(command, given) : `lares ${area} ${verb}`, ...hub].join(' ')
}
