import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openHouses } from '../house/engine.ts'
import { startAlarms } from './alarms.ts'
import { Births } from './births.ts'
import { DeviceClocks } from './device-clock.ts'
import { DeviceConnections } from './device-connections.ts'
import { DeviceReach } from './device-reach.ts'
import { Directory } from './directory.ts'
import { Entities } from './entities.ts'
import { answerJoin } from './join-answer.ts'
import { forgetOldInvitations, tellJoining } from './joining.ts'
import { Presence } from './presence.ts'
import { SharedIdentity } from './shared-identity.ts'
import { SignsOfLife } from './signs-of-life.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What the broker saw: a device's connection came or went. */
    presence: { device: string; online: boolean; reason: string; address?: string }
    /** Somebody with a join code wants to be a device. `session` alone may read the answer. */
    join: { client: string; session: string; payload: Buffer }
  }
  interface EffectKinds {
    /** Until when an invitation is open, or `null`. */
    joining: { until: number | null }
  }
}

export interface Devices extends Feature {
  directory: Directory
  entities: Entities
  clocks: DeviceClocks
  presence: Presence
  signs: SignsOfLife
  reach: DeviceReach
}

/** Devices: who may speak, what they are, whether they can be reached. */
export function openDevices(house: House): Devices {
  const { db } = house
  house.use(openHouses)
  const directory = new Directory(db)
  const entities = new Entities(db)
  const clocks = new DeviceClocks()
  const presence = new Presence(db, directory)
  const signs = new SignsOfLife(db)
  const reach = new DeviceReach()
  const identities = new SharedIdentity()
  const connections = new DeviceConnections({ directory, presence, signs, identities, reach })
  const births = new Births({ db, directory, entities, clocks, identities, connections, reach })

  return {
    name: 'devices',
    writes: 'heartbeats',
    vital: true,
    directory,
    entities,
    clocks,
    presence,
    signs,
    reach,
    ingest: {
      birth: (context, message, origin) => births.take(context, message, origin),
      heartbeat(context, message, { device }) {
        clocks.learn(device, message.boot, message.clock.synced)
        signs.heartbeat(device, message, context.now)
        connections.show(context, device)
      },
      /** Only a hint: the broker knows better whether the connection lives. A will of an older connect is ignored. */
      will(context, message, { device }) {
        if (connections.has(device) || message.connects < (directory.find(device)?.connects ?? 0)) return
        presence.set(context, device, { status: 'offline', reason: 'lost' })
      },
    },
    inputs: {
      presence(context, input) {
        connections.changed(context, input)
        return { verdict: 'stored' }
      },
      join(context, input) {
        answerJoin(context, input, (device) => connections.left(context, device))
        return { verdict: 'stored' }
      },
    },
    start(context) {
      entities.start(context)
      startAlarms(context)
      presence.start(context)
      forgetOldInvitations(context)
      tellJoining(context)
    },
    tick(context) {
      signs.tick(context)
      connections.tick(context)
    },
    stop: (context) => signs.write(context),
    forget() {
      directory.forget()
      entities.forget()
    },
  }
}
