import { LaresError } from '../../shared/errors.ts'
import type { AdminResponse } from '../../shared/messages/admin-response.ts'
import type { AdminDoorParts } from '../admin/admin-door.ts'
import type { TrustedBroker } from '../broker/trusted-broker.ts'
import type { FrontPart } from '../contract/front-part.ts'
import type { PrepareContext } from '../engine/admin-command.ts'
import { clientSessionOf } from '../engine/caller.ts'
import { verifyPassword } from '../features/users/passwords.ts'
import type { Effects } from '../front/effects.ts'
import type { LiveDevices } from '../front/live-devices.ts'
import { bridgesOf, tokensOf } from '../front/principals-in-use.ts'
import { cardFacts } from '../health/card-facts.ts'
import { storageFigures } from '../health/storage-figures.ts'
import { pageReachOf, plainReachOf, reachOf, whileClosed } from '../listen/addresses.ts'
import type { Listeners } from '../listen/listeners.ts'
import { askPasswordAgain } from '../web/password-again.ts'
import { askedEngine } from './asked-engine.ts'
import type { Base } from './base.ts'

/** What stands around the door: it is asked only once somebody comes in by it. */
export interface Around {
  broker: TrustedBroker
  outward: Effects
  listeners: Listeners
  live: LiveDevices
  parts: readonly FrontPart[]
  /** SHA-256 of the hub's public key, base64url. */
  pin: string
  /** Where the page listens, and the fingerprint of the authority that its certificate is of. */
  page: () => { port: number; fingerprint: string | null }
}

/** What the admin door is given. `around` is asked for when it is needed. */
export function composeAdminDoor(base: Base, around: () => Around): Omit<AdminDoorParts, 'run' | 'note'> {
  const { options, topics, clockSync, reader, sync, keyring, keyFolder } = base
  const { clock, config, folder, log } = options
  return {
    clock,
    log: log.part('admin'),
    query: ({ area, verb, caller, deadline }, params) =>
      reader.ask({ area, verb, params, caller, now: clock.now(), deadline }),
    danger: async ({ area, verb, caller, deadline }, params) =>
      (await reader.ask({ area, verb, params, caller, now: clock.now(), deadline, danger: true })) as string | null,
    publish(caller, { area, verb }, response: AdminResponse) {
      const topic = topics.build('adminResponse', { client: caller.client, area, verb })
      const payload = JSON.stringify(response)
      const to = clientSessionOf(caller)
      around().outward.perform([{ kind: 'publish', topic, payload, qos: 1, retain: false, to }])
    },
    prepareContext: (caller) => {
      const { broker, listeners, pin, page } = around()
      return {
        caller,
        now: clock.now(),
        clockSynced: clockSync.synced,
        hub: {
          reach: () => whileClosed(reachOf(config, listeners.ports.tls), listeners.tls.failure),
          pin,
          plain: () => plainReachOf(config, listeners.ports.plain),
          page: () => ({ ...pageReachOf(config, page().port), fingerprint: page().fingerprint }),
        },
        keyring,
        makeKey: () => keyFolder.make(),
        verifyCentral: (question) => sync.verify(question),
        tokensInUse: () => tokensOf(broker.connections()),
        bridgesInUse: () => bridgesOf(broker.connections()),
        storage: () => storageFigures(folder, { clock }),
        card: () => cardFacts(folder, { clock }),
        passwordAgain: (password) =>
          askPasswordAgain(caller, password, {
            passwordOfUser: (user) => askedEngine(base, { kind: 'password_of_user', user }),
            ...{ ...base.tries, verify: verifyPassword },
          }),
        beside: (feature) => besideOf(around().parts, feature),
        front: () => frontNumbers(base, around()),
      }
    },
  }
}

/** A part that did not open is told by the health of the hub; its commands say that it is not there. */
function besideOf(parts: readonly FrontPart[], feature: string): ReturnType<PrepareContext['beside']> {
  const part = parts.find(({ name }) => name === feature)
  const missing = () => {
    throw new LaresError('part_failed', `the part "${feature}" of the hub is not there`, {
      hint: 'lares hub health says why. Restart the hub; if it says so again, lares diagnose gathers what helps to find it.',
    })
  }
  return { state: part?.state ?? missing, keep: part?.keep ?? missing }
}

/** What the threads that never see the database count, for `hub status`. */
function frontNumbers(
  { report, recorder, sync, store, jobs }: Base,
  { live, broker, page }: Around,
): Record<string, unknown> {
  return {
    health: report(),
    devices: live.all(),
    broker: broker.stats(),
    page: page(),
    audio: recorder.stats(),
    sync: sync.status,
    jobs_running: jobs.shares,
    queue_depth: store.intake.depth,
    wal_bytes: store.numbers.walBytes,
    commit_ms: Math.round(store.numbers.commitMs * 100) / 100,
    rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
  }
}
