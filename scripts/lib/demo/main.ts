import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type AdminClient, connectLocally } from '../../../cli/admin-client.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { explain } from '../../../shared/errors.ts'
import { type Child, firstLine, ROOT, runLares, startChild, stopChildren, watchChildren } from './children.ts'
import { type HouseView, viewHouse } from './house-view.ts'
import { screen } from './screen.ts'
import { speak } from './speech.ts'

const ONCE_SECONDS = 180
const SPEAK_EVERY_MS = 20_000
/** The recorder's first sound comes about two seconds after its start; then the noise floor is learned. */
const FIRST_WORD_MS = 6_000
const SPEAKING = process.env.LARES_DEMO_NO_SOUND !== '1'

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, data: { type: 'string' }, seconds: { type: 'string' } },
})

const AGENTS = [
  { name: 'Kitchen Pi', type: 'raspberry_pi', folder: 'pi', config: '' },
  {
    name: 'Speaker',
    type: 'smart_speaker',
    folder: 'speaker',
    config: SPEAKING ? '[microphone]\nenabled = true\ndevice = "lares_mic"\ntrigger = "voice"\n' : '',
  },
]

async function main(): Promise<number> {
  const started = systemClock.mono()
  const folder = resolve(values.data ?? join(ROOT, '.cache/demo', String(process.pid)))
  mkdirSync(folder, { recursive: true })
  const children: Child[] = []
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  let client: AdminClient | null = null
  try {
    const socket = join(process.env.LARES_DEMO_RUN ?? folder, 'hub.sock')
    say('Starting the hub …')
    const hub = startChild(
      'the hub',
      [
        'hub',
        '--data',
        join(folder, 'hub'),
        '--tls',
        '127.0.0.1:0',
        '--plain',
        '127.0.0.1:0',
        '--http',
        '127.0.0.1:0',
        '--socket',
        socket,
        '--print-ready',
      ],
      join(folder, 'hub.log'),
    )
    children.push(hub)
    await firstLine(hub)
    client = await connectLocally(socket)
    for (const agent of AGENTS) children.push(await joinAgent(client, folder, agent))
    watchChildren(children, (error) => stop.abort(error))
    const view = await watch(client, { folder, stop: stop.signal, started })
    return finish(view, stop.signal)
  } finally {
    await client?.close()
    await stopChildren(children)
  }
}

/** Invites an agent and lets it join over TLS, as a person would with a real Pi. */
async function joinAgent(client: AdminClient, folder: string, agent: (typeof AGENTS)[number]): Promise<Child> {
  say(`Inviting ${agent.name} and joining it over TLS …`)
  const { token } = (await client.request('devices', 'invite', { name: agent.name, device_type: agent.type })) as {
    token: string
  }
  const data = join(folder, agent.folder)
  mkdirSync(data, { recursive: true })
  const config = join(data, 'edge.toml')
  writeFileSync(config, agent.config)
  await runLares(['edge', 'join', token, '--data', data, '--config', config])
  return startChild(
    agent.name,
    ['edge', 'run', '--data', data, '--config', config],
    join(folder, `${agent.folder}.log`),
  )
}

/** Shows the house until everything came (`--once`) or somebody stops it. Resolves with the last view. */
async function watch(
  client: AdminClient,
  run: { folder: string; stop: AbortSignal; started: number },
): Promise<HouseView> {
  const { folder, stop, started } = run
  const limitMs =
    (values.seconds === undefined ? (values.once ? ONCE_SECONDS : Number.POSITIVE_INFINITY) : Number(values.seconds)) *
    1000
  let nextWord = systemClock.mono() + FIRST_WORD_MS
  let shown = ''
  for (;;) {
    const view = await viewHouse(client)
    const text = screen(view, { colours: process.stdout.isTTY, footer: footer(folder) })
    if (process.stdout.isTTY) process.stdout.write(`\u001b[2J\u001b[H${text}`)
    else if (!values.once && text !== shown) process.stdout.write(`${text}\n`)
    shown = text
    const late = systemClock.mono() - started > limitMs
    if (stop.aborted || late || (values.once && missing(view).length === 0)) return view
    if (SPEAKING && systemClock.mono() >= nextWord) {
      nextWord = systemClock.mono() + SPEAK_EVERY_MS
      speak(folder).catch((error: unknown) => say(`Nothing was said: ${explain(error)}`))
    }
    await wait(systemClock, 1_000, stop)
  }
}

/** What `--once` still waits for, in words. */
function missing(view: HouseView): string[] {
  const waits = view.devices.flatMap((device) => [
    ...(device.heartbeats > 0 ? [] : [`a heartbeat of ${device.name}`]),
    ...(device.readings.length > 0 ? [] : [`readings of ${device.name}`]),
  ])
  const heard = view.devices.some((device) => device.device_type === 'smart_speaker' && device.clips > 0)
  return heard || !SPEAKING ? waits : [...waits, 'a session of the speaker']
}

function finish(view: HouseView, stop: AbortSignal): number {
  if (stop.reason instanceof Error && stop.reason.name !== 'AbortError') throw stop.reason
  if (!values.once) return 0
  const waits = missing(view)
  if (waits.length > 0) say(`Gave up waiting for ${waits.join(', ')}.`)
  const sum = (count: (device: HouseView['devices'][number]) => number) =>
    view.devices.reduce((total, device) => total + count(device), 0)
  const counts = {
    ok: waits.length === 0 && SPEAKING,
    devices: view.devices.length,
    heartbeats: sum((device) => device.heartbeats),
    readings: view.readings,
    messages: view.ledger.applied,
    duplicates: view.ledger.duplicate,
    rejected: view.ledger.rejected,
    sessions: view.sessions,
    turns: sum((device) => device.turns.length),
    clips: view.clips,
  }
  process.stdout.write(`${JSON.stringify(counts)}\n`)
  return waits.length === 0 && SPEAKING ? 0 : 1
}

function footer(folder: string): string[] {
  const hub = join(folder, 'hub')
  return [
    `database   ${join(hub, 'hub.db')}   sound   ${join(hub, 'clips')}   logs   ${folder}/*.log`,
    `ask it     sqlite3 -readonly ${join(hub, 'hub.db')} "SELECT * FROM sensor_readings ORDER BY id DESC LIMIT 5"`,
    `or         ./lares readings latest --socket ${join(process.env.LARES_DEMO_RUN ?? hub, 'hub.sock')}      Ctrl-C ends the demo`,
  ]
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(explain(error))
    process.exit(1)
  },
)
