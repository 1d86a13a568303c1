import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { giveBackMemorySoon } from '../../shared/give-back-memory.ts'
import { createLog } from '../../shared/log.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import type { BrokerAddress } from '../makers/existing-broker.ts'
import { LinkSession } from './link-session.ts'
import type { FromLinks, LinksSettings, NamedLink, ToLinks } from './links-thread-messages.ts'

/** The thread that shows the house at brokers of somebody else. What anybody publishes there keeps neither the house nor the voice waiting. */
const { links, socket, base, logLevel } = workerData as LinksSettings
const port = parentPort
if (!port) throw new Error('links-worker runs as a worker thread')
const log = createLog(logLevel).part('homeassistant')
const say = (message: FromLinks) => port.postMessage(message)
giveBackMemorySoon(systemClock)

const waiting = new Map<number, PromiseWithResolvers<unknown>>()
let nextNumber = 1

function ask(message: (number: number) => FromLinks): Promise<unknown> {
  const number = nextNumber++
  const answer = Promise.withResolvers<unknown>()
  waiting.set(number, answer)
  say(message(number))
  return answer.promise
}

async function farAddress({ key, url, user, ca, pin }: NamedLink): Promise<BrokerAddress> {
  const password = (await ask((number) => ({ kind: 'password', number, key }))) as string | null
  return { url, user, password, pin, ca: ca === null ? null : certificateIn(ca) }
}

function certificateIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`ca in hub.toml: ${systemTrouble(cause, file).message}`, { cause })
  }
}

const sessions = new Map(
  links.map((link) => [
    link.url,
    new LinkSession({
      ...{ link, base, log, clock: systemClock },
      near: async () => ({ url: `unix:${socket}`, user: link.login, password: null, pin: null, ca: null }),
      far: () => farAddress(link),
      ledger: (step) => ask((number) => ({ kind: 'ledger', number, step })),
      changed: (side, state) => say({ kind: 'state', key: link.key, side, state }),
    }),
  ]),
)
for (const session of sessions.values()) session.start()

port.on('message', (message: ToLinks) => {
  switch (message.kind) {
    case 'answer': {
      const answer = waiting.get(message.number)
      waiting.delete(message.number)
      if (message.error === null) answer?.resolve(message.value)
      else answer?.reject(new Error(message.error))
      return
    }
    case 'twins':
      sessions.get(message.url)?.haveTwins(message.devices)
      return
    case 'stop':
      void stop()
  }
})

async function stop(): Promise<void> {
  try {
    await Promise.all([...sessions.values()].map((session) => session.stop()))
  } catch (error) {
    log.warn({ error: asError(error).message }, 'a connection did not end in order')
  }
  say({ kind: 'stopped' })
  port?.close()
}
