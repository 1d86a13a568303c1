import { asError } from '../../shared/errors.ts'
import type { BrokerPersistence } from '../broker/persistence.ts'
import type { TrustedBroker } from '../broker/trusted-broker.ts'
import type { Front, FrontPart } from '../contract/front-part.ts'
import type { BridgeAtBroker } from '../engine/bridge-at-broker.ts'
import type { Announcer } from '../front/announcer.ts'
import type { BridgeSpaces } from '../front/bridge-spaces.ts'
import { localSocket } from '../hub-options.ts'
import { type Base, hubFiles } from './base.ts'
import { type LoadedFrontPart, openFrontParts } from './open-front-parts.ts'

/** What was put together with these parts, and is there when an effect comes. */
interface Around {
  announcer: Announcer
  memory: Pick<BrokerPersistence, 'erase' | 'eraseShare' | 'forgetThose'>
  spaces: BridgeSpaces
  broker: Pick<TrustedBroker, 'publish' | 'subscribers'>
}

/** What goes by the engine, or follows from it: the hub's own parts, and those of the features. */
export function composeFrontParts(
  base: Base,
  around: () => Around,
  { frontParts, facts }: { frontParts: readonly LoadedFrontPart[]; facts: Front['facts'] },
): FrontPart[] {
  const { store, recorder, voice, sync, jobs, followers, keyCare } = base
  const own: FrontPart[] = [
    { name: 'files', effects: { file_ticket: ({ ticket }) => base.tickets.add(ticket) } },
    {
      name: 'recorder',
      messages: {
        turn: (message, settle) => voice.turn(message, settle),
        audio({ device, topic, payload }, settle) {
          void recorder.frame(device, topic.levels.turn ?? '', payload)
          settle('stored')
        },
      },
      effects: {
        delete_clip: ({ file }) => recorder.remove(file),
        keep_files: ({ clips }) => recorder.sweep(new Set(clips)),
      },
    },
    { name: 'sync', effects: { sync: ({ ask }) => (ask === 'claimed' ? sync.claimed() : sync.wake()) } },
    {
      name: 'jobs',
      effects: {
        jobs_due: () => jobs.wake(),
        job_figures: ({ figures }) => jobs.note(figures),
        end_run: ({ run }) => jobs.end(run),
      },
    },
    {
      name: 'secrets',
      effects: {
        key_wanted: ({ key }) => keyCare.wanted(key),
        keys_unneeded: ({ keys }) => keyCare.unneeded(keys),
      },
    },
    {
      name: 'followers',
      effects: {
        rows_stored: ({ newest }) => followers.wake(newest),
        follower_figures: ({ figures }) => followers.note(figures),
        followers_changed: () => followers.begin(),
      },
    },
    {
      name: 'erasures',
      effects: {
        async renew_copies({ since }) {
          if (await store.backups.renew()) await store.intake.input({ kind: 'copies_renewed', since })
        },
        forget_client: ({ owner, key }) => around().memory.erase(owner, key),
      },
    },
    { name: 'bridges', effects: { bridges: ({ bridges }) => haveBridges(bridges, around()) } },
    { name: 'announcer', effects: { joining: ({ until }) => around().announcer.joining(until) } },
  ]
  const parts = [...own, ...openFrontParts(frontParts, frontOf(base, around, facts))]
  base.soundTakers.push(...parts.flatMap(({ sound }) => (sound ? [sound] : [])))
  return parts
}

/** What every feature's part has. */
function frontOf(base: Base, around: () => Around, facts: Front['facts']): Front {
  const { options, topics, health, store, followers, secrets } = base
  return {
    topics,
    clock: options.clock,
    log: options.log,
    logLevel: options.logLevel,
    settings: options.config.features,
    socket: localSocket(options),
    secrets,
    health,
    facts,
    input: (input) => store.input(input),
    reject: ({ text, payload }, settle) => store.intake.message(text, payload, settle),
    hub: hubFiles(options),
    startAgain: options.startAgain ?? null,
    feed: (name) => followers.feed(name),
    folder: options.folder,
    send({ topic, ...message }) {
      if (around().broker.subscribers(topic))
        void around()
          .broker.publish({ topic, ...message, retain: false })
          .catch((error: unknown) => {
            options.log.debug({ topic, error: asError(error).message }, 'what a part sent did not go out')
          })
    },
    reaches: (topic) => around().broker.subscribers(topic),
  }
}

/** These are all bridges from now on. */
function haveBridges(bridges: readonly BridgeAtBroker[], { spaces, memory }: Pick<Around, 'spaces' | 'memory'>): void {
  // Whoever has the topics of one next is of another house, maybe.
  for (const { id, left } of spaces.set(bridges)) memory.eraseShare(id, left)
  memory.forgetThose((owner) => spaces.isGone(owner))
}
