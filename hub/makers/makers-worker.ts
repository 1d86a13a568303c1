import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../shared/clock.ts'
import { asError, explain } from '../../shared/errors.ts'
import { giveBackMemorySoon } from '../../shared/give-back-memory.ts'
import { createLog } from '../../shared/log.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { BrokerSession } from './broker-session.ts'
import { DIALECTS } from './dialects.ts'
import type { BrokerAddress } from './existing-broker.ts'
import type { FromMakers, MakersSettings, NamedBroker, ToMakers } from './makers-thread-messages.ts'

/**
 * The thread that listens at brokers of somebody else. It reads what anybody publishes there, however large or strange that is, and
 * keeps neither the house nor the voice waiting.
 */
const settings = workerData as MakersSettings
const port = parentPort
if (!port) throw new Error('makers-worker runs as a worker thread')
const log = createLog(settings.logLevel).part('makers')
const say = (message: FromMakers) => port.postMessage(message)
giveBackMemorySoon(systemClock)

interface Waiting {
  resolve: (value: string | null) => void
  reject: (error: Error) => void
}
const waiting = new Map<number, Waiting>()
let nextNumber = 1

/** Asks the other side, and waits for its answer with this number. */
function ask(message: (number: number) => FromMakers): Promise<string | null> {
  const number = nextNumber++
  return new Promise((resolve, reject) => {
    waiting.set(number, { resolve, reject })
    say(message(number))
  })
}

function answered(number: number, value: string | null, error: string | null): void {
  const one = waiting.get(number)
  waiting.delete(number)
  if (error === null) one?.resolve(value)
  else one?.reject(new Error(error))
}

async function addressOf({ key, url, user, ca, pin }: NamedBroker): Promise<BrokerAddress> {
  log.debug({ broker: key, url }, 'connects')
  const password = await ask((number) => ({ kind: 'password', number, broker: key }))
  return { url, user, password, pin, ca: ca === null ? null : certificateIn(ca) }
}

function certificateIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`ca in hub.toml: ${systemTrouble(cause, file).message}`, { cause })
  }
}

function sessionOf(broker: NamedBroker): BrokerSession {
  return new BrokerSession({
    address: () => addressOf(broker),
    dialects: broker.spoken.flatMap(({ source, dialect: name, prefix, own }) => {
      const dialect = DIALECTS.get(name)
      return dialect ? [{ source, dialect, prefix, own }] : []
    }),
    send(source, load) {
      const { devices, gone, states } = load
      log.debug({ source, devices: devices.length, gone: gone.length, states: states.length }, 'something was heard')
      return ask((number) => ({ kind: 'load', number, source, load }))
    },
    changed(source, state) {
      log.info({ source, ...state }, state.online ? 'its broker is there' : 'its broker is away')
      say({ kind: 'state', source, state })
    },
    trouble(source, reason) {
      if (reason !== null) log.warn({ source, reason }, 'something that was published cannot be understood')
      say({ kind: 'trouble', source, reason })
    },
    clock: systemClock,
  })
}

/** Those that are listened to, by the key of their broker. */
const open = new Map<string, { told: string; sources: readonly string[]; session: BrokerSession }>()
/** Whose states are wanted, also of a session that is still to begin. */
const wanted = new Map<string, readonly string[]>()

function listenAt(brokers: readonly NamedBroker[]): void {
  const named = new Map(brokers.map((broker) => [broker.key, JSON.stringify(broker)]))
  for (const [key, { told, session }] of open) {
    if (named.get(key) === told) continue
    open.delete(key)
    session.stop().catch(notInOrder)
  }
  for (const broker of brokers) {
    if (open.has(broker.key)) continue
    const session = sessionOf(broker)
    const sources = broker.spoken.map(({ source }) => source)
    open.set(broker.key, { told: JSON.stringify(broker), sources, session })
    for (const source of sources) session.want(source, wanted.get(source) ?? [])
    session.start()
  }
}

function sessionFor(source: string): BrokerSession | undefined {
  return [...open.values()].find(({ sources }) => sources.includes(source))?.session
}

/** They are numbers for people: nobody waits for them. */
const PASSED_OVER_MS = 5_000
let toldPassedOver = '[]'
const cancelPassedOver = systemClock.every(PASSED_OVER_MS, () => {
  const all = [...open.values()].flatMap(({ session }) => session.passedOver)
  const sources = all.filter(({ messages }) => messages > 0)
  const words = JSON.stringify(sources)
  if (words === toldPassedOver) return
  toldPassedOver = words
  say({ kind: 'passed_over', sources })
})

listenAt(settings.brokers)

port.on('message', (message: ToMakers) => {
  switch (message.kind) {
    case 'brokers':
      listenAt(message.brokers)
      return
    case 'want':
      wanted.set(message.source, message.identities)
      sessionFor(message.source)?.want(message.source, message.identities)
      return
    case 'order':
      void order(message)
      return
    case 'taken':
      answered(message.number, null, message.error)
      return
    case 'password':
      answered(message.number, message.password, message.error)
      return
    case 'stop':
      void stop()
  }
})

async function order({ id, source, uniqueId, order: wanted }: Extract<ToMakers, { kind: 'order' }>): Promise<void> {
  try {
    const session = sessionFor(source)
    if (!session) throw new Error(`nobody listens to ${source} any more`)
    await session.order(source, uniqueId, wanted)
    say({ kind: 'ordered', id, source, error: null })
  } catch (error) {
    say({ kind: 'ordered', id, source, error: explain(error) })
  }
}

function notInOrder(error: unknown): void {
  log.warn({ error: asError(error).message }, 'a connection did not end in order')
}

async function stop(): Promise<void> {
  cancelPassedOver()
  try {
    await Promise.all([...open.values()].map(({ session }) => session.stop()))
  } catch (error) {
    notInOrder(error)
  }
  say({ kind: 'stopped' })
  port?.close()
}
