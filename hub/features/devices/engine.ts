import { SILENT_DEVICE_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { InputOf } from '../../engine/input.ts'
import { openHouses } from '../house/engine.ts'
import { startAlarms } from './alarms.ts'
import { DeviceClocks } from './device-clock.ts'
import { DeviceReach } from './device-reach.ts'
import { Directory } from './directory.ts'
import { Entities } from './entities.ts'
import { Introductions } from './introduction.ts'
import { answerJoin } from './join-answer.ts'
import { forgetOldInvitations, tellJoining } from './joining.ts'
import { OutdatedAgents } from './outdated-agents.ts'
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
  const introductions = new Introductions(entities)
  const clocks = new DeviceClocks()
  const presence = new Presence(db, directory)
  const signs = new SignsOfLife(db)
  const reach = new DeviceReach()
  const identities = new SharedIdentity()
  const outdated = new OutdatedAgents()
  const connected = new Map<string, number>()
  /** Connected and not heard for too long. */
  const silent = new Set<string>()
  const introduce = db.prepare(
    'UPDATE devices SET detected_model = ?, capabilities = ?, capability_details = ?, connects = ?, updated_at = ? WHERE id = ?',
  )

  /** Of a device that is connected and heard. */
  function statusOf(device: string, now: number): { status: 'online' | 'error'; reason: string } {
    if (identities.isShared(device, now)) return { status: 'error', reason: 'identity_shared' }
    return { status: 'online', reason: 'connected' }
  }

  /** A machine that was this device until now has joined as another one. */
  function left(context: Context, device: string): void {
    identities.left(context, device)
    if (connected.has(device)) presence.set(context, device, statusOf(device, context.now))
  }

  function connection(context: Context, { device, online, reason, address = '' }: InputOf<'presence'>): void {
    if (!directory.find(device)) {
      // Revoked between its CONNECT and now: its status stays what the revocation made it.
      connected.delete(device)
      reach.tell('left', context, device)
      if (online) context.effect({ kind: 'disconnect', device, reason: 'revoked' })
      return
    }
    if (online) {
      connected.set(device, context.now)
      identities.connected(device, address)
    } else connected.delete(device)
    silent.delete(device)
    presence.set(context, device, online ? statusOf(device, context.now) : { status: 'offline', reason })
    signs.seen(device, context.now)
    reach.tell(online ? 'connected' : 'left', context, device)
  }

  return {
    name: 'devices',
    vital: true,
    directory,
    entities,
    clocks,
    presence,
    signs,
    reach,
    ingest: {
      birth(context, message, origin) {
        const { device } = origin
        const known = directory.find(device)
        identities.introduced(context, message, origin)
        const isShared = identities.isShared(device, context.now)
        if (isShared && connected.has(device)) presence.set(context, device, statusOf(device, context.now))
        // What the other of two machines does not have is no sensor that left.
        const refused = introductions.take(context, isShared ? { ...message, partial: true } : message, origin)
        clocks.learn(device, message.boot, message.clock.synced)
        const details = JSON.stringify({ agent: message.agent, clock: message.clock })
        introduce.run(
          message.hardware,
          JSON.stringify(message.capabilities),
          details,
          message.connects,
          context.now,
          device,
        )
        if (known) known.connects = message.connects
        outdated.look(context, message.agent, origin)
        reach.tell('introduced', context, device)
        return refused
      },
      heartbeat(context, message, { device }) {
        clocks.learn(device, message.boot, message.clock.synced)
        signs.heartbeat(device, message, context.now)
        if (connected.has(device)) presence.set(context, device, statusOf(device, context.now))
      },
      /** Only a hint: the broker knows better whether the connection lives. A will of an older connect is ignored. */
      will(context, message, { device }) {
        if (connected.has(device) || message.connects < (directory.find(device)?.connects ?? 0)) return
        presence.set(context, device, { status: 'offline', reason: 'lost' })
      },
    },
    inputs: {
      presence(context, input) {
        connection(context, input)
        return { verdict: 'stored' }
      },
      join(context, input) {
        answerJoin(context, input, (device) => left(context, device))
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
      for (const device of identities.tick(context))
        if (connected.has(device)) presence.set(context, device, statusOf(device, context.now))
      for (const [device, since] of connected) {
        if (since > context.now) connected.set(device, context.now)
        const heard = Math.max(Math.min(since, context.now), signs.heardAt(device, context.now))
        const isAgent = directory.find(device)?.integration === 'lares'
        const isSilent = isAgent && context.now - heard > SILENT_DEVICE_MS
        if (isSilent === silent.has(device)) continue
        presence.set(context, device, isSilent ? { status: 'error', reason: 'silent' } : statusOf(device, context.now))
        context.committed(() => (isSilent ? silent.add(device) : silent.delete(device)))
      }
    },
    stop: (context) => signs.write(context),
    forget() {
      directory.forget()
      entities.forget()
    },
  }
}
