import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock, wait } from '../../../shared/clock.ts'
import { variable } from '../../../shared/environment.ts'
import { explain, LaresError } from '../../../shared/errors.ts'
import { DemoCentral, PERSONA } from './central.ts'
import { type Child, ROOT, runLares, stopChildren, watchChildren } from './children.ts'
import { type Conversation, converse, SILENT } from './conversation.ts'
import { type Agent, findAgain, type House, type HousePlan, startHouse } from './house.ts'
import { BUTTON } from './lamp-button.ts'
import { type DemoView, look, verify } from './look.ts'
import { countsOf, missing, talkCounts, unsaid } from './outcome.ts'
import { screen } from './screen.ts'
import { Listener } from './told.ts'

const ONCE_SECONDS = 240
const PRESS_EVERY_MS = 15_000
/** The program has heard of the agent's first connection by then. */
const FIRST_PRESS_MS = 3_000
const SPEAKING = variable('LARES_DEMO_NO_SOUND') !== '1'
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, data: { type: 'string' }, seconds: { type: 'string' } },
})

/** With a microphone and a loudspeaker of its own room. */
function speakerIn(room: string, folder: string, sink: string): Agent {
  const sound =
    `[microphone]\nenabled = true\ndevice = "lares_mic${sink}"\ntrigger = "voice"\n` +
    `[speaker]\nenabled = true\ndevice = "lares_speaker${sink}"\n`
  return { name: `${room} speaker`, type: 'smart_speaker', folder, room, config: SPEAKING ? sound : '' }
}

const HOUSES: HousePlan[] = [
  {
    name: 'home',
    agents: [
      {
        name: 'Kitchen Pi',
        type: 'raspberry_pi',
        folder: 'pi',
        room: 'Kitchen',
        config:
          `[gpio]\nbackend = "simulated"\nbuttons = { ${BUTTON} = 5 }\n` +
          '[sensors.temperature]\ndriver = "simulated"\nkind = "temperature"\ninterval_s = 10\n',
      },
      speakerIn('Kitchen', 'speaker', ''),
      speakerIn('Bedroom', 'speaker-2', '_2'),
    ],
    lampButton: 'Kitchen Pi',
    understands: SPEAKING,
  },
  { name: 'cabin', agents: [{ name: 'Cabin Pi', type: 'raspberry_pi', folder: 'cabin-pi', config: '' }] },
]

interface Run {
  folder: string
  /** Where sockets lie. */
  run: string
  central: DemoCentral
  houses: House[]
  children: Child[]
  told: Listener
  talk: Conversation
  stop: AbortController
  deadline: number
}

async function main(): Promise<number> {
  const started = systemClock.mono()
  const folder = resolve(values.data ?? join(ROOT, '.cache/demo', String(process.pid)))
  const names = HOUSES.map(({ name }) => name)
  const given = variable('LARES_DEMO_CENTRAL')
  // The administrator's address is nothing that hubs and agents need to know.
  delete process.env.LARES_DEMO_CENTRAL
  // Its agents know the ports of that run, and its houses know a central that may be gone.
  if (names.some((name) => existsSync(join(folder, name))))
    throw new LaresError('already_exists', `${folder} holds the houses of another run`, {
      hint: 'Name a new folder with --data, or none.',
    })
  mkdirSync(folder, { recursive: true })
  const seconds =
    values.seconds === undefined ? (values.once ? ONCE_SECONDS : Number.POSITIVE_INFINITY) : values.seconds
  const run: Run = {
    folder,
    run: variable('LARES_DEMO_RUN') ?? folder,
    central: new DemoCentral({ folder: join(folder, 'central'), houses: names, given, say }),
    houses: [],
    children: [],
    told: await Listener.start(),
    talk: SILENT,
    stop: new AbortController(),
    deadline: started + Number(seconds) * 1000,
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => run.stop.abort())
  try {
    await start(run)
    return finish(await watch(run), run.stop.signal)
  } catch (error) {
    if (!isInterruption(run.stop.signal)) throw error
    return INTERRUPTED
  } finally {
    await stopAll(run)
  }
}

async function start({ folder, run, central, houses, children, told, stop }: Run): Promise<void> {
  await central.start()
  const started = (child: Child) => {
    children.push(child)
    watchChildren([child], (error) => stop.abort(error))
  }
  for (const plan of HOUSES) {
    stop.signal.throwIfAborted()
    const { name } = plan
    const place = { site: central.site(name), centralUrl: central.url(name), toldAt: told.url }
    houses.push(await startHouse(plan, { folder, run, ...place, started, say, stop: stop.signal }))
  }
}

/** Agents, then hubs, then central: nobody loses the one it talks to. */
async function stopAll({ houses, children, central, told }: Run): Promise<void> {
  try {
    for (const { client, db, others } of houses) {
      await others?.stop()
      await client.close()
      db.close()
    }
    await stopChildren(children)
  } finally {
    told.stop()
    await central.stop()
  }
}

/** What the hub did by itself. */
interface Cared {
  /** Messages that somebody got. */
  told: number
  backups: number
}

interface Watched {
  view: DemoView
  waits: string[]
  cared: Cared
  talk: Conversation
}

function caredFor({ told, houses }: Run): Cared {
  const backups = houses.flatMap((house) => (house.backups === null ? [] : readdirSync(house.backups)))
  return { told: told.times, backups: backups.filter((name) => name.endsWith('.age')).length }
}

/** What `--once` still waits for of that. */
function uncared(run: Run): string[] {
  const { told, backups } = caredFor(run)
  return [...(told > 0 ? [] : ['somebody to be told of the door']), ...(backups > 0 ? [] : ['a backup'])]
}

/** Shows both houses until everything came (`--once`) or somebody stops it. Resolves with the last view. */
async function watch(run: Run): Promise<Watched> {
  const { folder, central, houses, deadline } = run
  const stop = run.stop.signal
  if (SPEAKING) startTalking(run)
  let nextPress = systemClock.mono() + FIRST_PRESS_MS
  let shown = ''
  for (;;) {
    const view = await look(houses, central).catch((error: unknown) => {
      if (values.once || stop.aborted || systemClock.mono() > deadline) throw error
      return null
    })
    if (view === null) {
      await wait(systemClock, 1_000, stop)
      // One that is not back yet is looked for with the next look.
      await Promise.allSettled(houses.map(findAgain))
      continue
    }
    const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY
    const text = screen(view, {
      colours: process.stdout.isTTY,
      width,
      persona: PERSONA.name,
      footer: footer(run),
      talk: run.talk,
    })
    if (process.stdout.isTTY) process.stdout.write(`\u001b[2J\u001b[H${text}`)
    else if (!values.once && text !== shown) process.stdout.write(`${text}\n`)
    shown = text
    const waits = missing(view, { speaking: SPEAKING })
    waits.push(...uncared(run), ...(SPEAKING ? unsaid(run.talk) : []))
    if (values.once && run.talk.trouble !== null) return { view, waits, cared: caredFor(run), talk: run.talk }
    if (values.once && waits.length === 0) waits.push(...(await verify(houses)))
    if (stop.aborted || systemClock.mono() > deadline || (values.once && waits.length === 0))
      return { view, waits, cared: caredFor(run), talk: run.talk }
    if (systemClock.mono() >= nextPress) {
      nextPress = systemClock.mono() + PRESS_EVERY_MS
      press(folder).catch((error: unknown) => say(`The button was not pressed: ${explain(error)}`))
    }
    await wait(systemClock, 1_000, stop)
  }
}

/** Two people talk to the speakers, as long as the demo runs. */
function startTalking(run: Run): void {
  const [home] = run.houses
  const speakers = ['Kitchen', 'Bedroom'].map((room) => `${room} speaker`)
  if (home === undefined) return
  if (home.deaf !== null) {
    run.talk = { ...SILENT, trouble: `nobody understands what is said: ${home.deaf}` }
    return
  }
  const [kitchen = '', bedroom = ''] = speakers
  void converse(
    {
      client: () => home.client,
      kitchen: { device: kitchen, sink: 'lares' },
      bedroom: { device: bedroom, sink: 'lares_2' },
      stop: run.stop.signal,
    },
    (now) => {
      run.talk = now
    },
  )
}

/** Does what a finger does: the Kitchen Pi's pins are simulated. */
async function press(folder: string): Promise<void> {
  await runLares(['edge', 'press', BUTTON, '--data', join(folder, 'pi'), '--config', join(folder, 'pi/edge.toml')])
}

function finish({ view, waits, cared, talk }: Watched, stop: AbortSignal): number {
  if (stop.aborted && !isInterruption(stop)) throw stop.reason
  if (!values.once) return 0
  if (waits.length > 0) say(`Gave up waiting for ${waits.join(', ')}.`)
  const ok = waits.length === 0 && SPEAKING
  process.stdout.write(`${JSON.stringify({ ok, ...countsOf(view), ...cared, conversation: talkCounts(talk) })}\n`)
  return ok ? 0 : 1
}

/** Whether somebody ended the demo, and not the death of one of its programs. */
function isInterruption({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof Error && reason.name === 'AbortError'
}

function footer({ folder, central, houses, told }: Run): string[] {
  const short = (path: string) => {
    const below = relative(process.cwd(), path)
    return below.startsWith('..') ? path : below
  }
  return [
    `page     ${houses[0]?.page}`,
    '         good once and for an hour: it makes your account; the certificate is the demo’s own',
    `central  postgres at ${central.place}, read it with`,
    `         PGSERVICEFILE=${short(central.serviceFile)} psql service=lares \\`,
    '           -c "SELECT site_id, count(*) FROM lares.readings GROUP BY 1"',
    `a hub    ./lares sync status --socket ${houses[0]?.socket}`,
    `told     ${told.times === 0 ? 'nothing yet: the front door stands open now and then' : `${told.last} (${told.times} so far)`}`,
    `backups  ${houses[0]?.backups ? short(houses[0].backups) : 'none'}, under the passphrase “a passphrase of the demo”`,
    `a button ./lares edge press ${BUTTON} --data ${short(join(folder, 'pi'))}`,
    `files    ${short(folder)}: databases, sound, logs        Ctrl-C ends the demo`,
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
