import { SILENT_DEVICE_MS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import type { DeviceReach } from './device-reach.ts'
import type { Directory } from './directory.ts'
import type { Presence } from './presence.ts'
import type { SharedIdentity } from './shared-identity.ts'
import type { SignsOfLife } from './signs-of-life.ts'

export interface DeviceConnectionsOptions {
  directory: Directory
  presence: Presence
  signs: SignsOfLife
  identities: SharedIdentity
  reach: DeviceReach
}

/** Which devices are connected, and what their status is by that: heard, silent, or two of one name. */
export class DeviceConnections {
  #options: DeviceConnectionsOptions
  /** Since when, by device. */
  #connected = new Map<string, number>()
  /** Connected and not heard for too long. */
  #silent = new Set<string>()

  constructor(options: DeviceConnectionsOptions) {
    this.#options = options
  }

  has(device: string): boolean {
    return this.#connected.has(device)
  }

  /** What the broker saw. */
  changed(context: Context, { device, online, reason, address = '' }: InputOf<'presence'>): void {
    const { directory, presence, signs, identities, reach } = this.#options
    if (!directory.find(device)) {
      // Revoked between its CONNECT and now: its status stays what the revocation made it.
      this.#connected.delete(device)
      reach.tell('left', context, device)
      if (online) context.effect({ kind: 'disconnect', device, reason: 'revoked' })
      return
    }
    if (online) {
      this.#connected.set(device, context.now)
      identities.connected(device, address)
    } else this.#connected.delete(device)
    this.#silent.delete(device)
    presence.set(context, device, online ? this.#heard(device, context.now) : { status: 'offline', reason })
    signs.seen(device, context.now)
    reach.tell(online ? 'connected' : 'left', context, device)
  }

  /** The device was heard, or is told from another one now: its status follows, when it is connected. */
  show(context: Context, device: string): void {
    if (this.has(device)) this.#options.presence.set(context, device, this.#heard(device, context.now))
  }

  /** A machine that was this device until now has joined as another one. */
  left(context: Context, device: string): void {
    this.#options.identities.left(context, device)
    this.show(context, device)
  }

  /** Devices whose twin is gone, and those that fell silent or are heard again. */
  tick(context: Context): void {
    for (const device of this.#options.identities.tick(context)) this.show(context, device)
    for (const [device, since] of this.#connected) {
      if (since > context.now) this.#connected.set(device, context.now)
      this.#listen(context, device, Math.min(since, context.now))
    }
  }

  /** Agents alone say regularly how they are. */
  #listen(context: Context, device: string, since: number): void {
    const { directory, presence, signs } = this.#options
    const heard = Math.max(since, signs.heardAt(device, context.now))
    const isAgent = directory.find(device)?.integration === 'lares'
    const isSilent = isAgent && context.now - heard > SILENT_DEVICE_MS
    if (isSilent === this.#silent.has(device)) return
    presence.set(context, device, isSilent ? { status: 'error', reason: 'silent' } : this.#heard(device, context.now))
    context.committed(() => (isSilent ? this.#silent.add(device) : this.#silent.delete(device)))
  }

  /** The status of a device that is connected and heard. */
  #heard(device: string, now: number): { status: 'online' | 'error'; reason: string } {
    if (this.#options.identities.isShared(device, now)) return { status: 'error', reason: 'identity_shared' }
    return { status: 'online', reason: 'connected' }
  }
}
