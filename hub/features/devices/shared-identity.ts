import { hintFor } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin } from '../../engine/feature.ts'
import { endAlarm, raiseAlarm } from './alarms.ts'
import { describeTwins, TwinWatch } from './twins.ts'

/**
 * Says that two machines use one identity, to both of them and to the house: an event, an alarm of the device, and the status
 * `error` with the reason `identity_shared` until half an hour has passed with one.
 */
export class SharedIdentity {
  #watch = new TwinWatch()
  /** Connections whose birth has not come yet, by device, with their address. */
  #fresh = new Map<string, string>()
  #told = new Set<string>()

  connected(device: string, address: string): void {
    this.#fresh.set(device, address)
  }

  /** To be called with every birth, before it is taken. */
  introduced(context: Context, birth: { boot: string; connects: number }, origin: Origin): void {
    const { device, house } = origin
    const address = this.#fresh.get(device)
    // The same connection says only what its device has now.
    if (address === undefined) return
    this.#fresh.delete(device)
    const { boot, connects } = birth
    const twins = this.#watch.arrived(device, { boot, connects, address }, context.now)
    if (twins === null) return
    const reason = describeTwins(twins)
    if (!this.#told.has(device)) {
      const said = { severity: 'error', description: `${reason}.`, remedy: hintFor('identity_shared') }
      raiseAlarm(context, device, 'identity_shared', said)
      context.addEvent({ type: 'identity_shared', device, house, description: `${reason}.`, data: { machines: twins } })
      context.committed(() => this.#told.add(device))
    }
    this.#tell(context, device, reason)
  }

  isShared(device: string, now: number): boolean {
    return this.#watch.of(device, now) !== null
  }

  #tell(context: Context, device: string, reason: string): void {
    const topic = context.topics.build('birth', { device })
    const word = { topic, code: 'identity_shared', reason, hint: hintFor('identity_shared'), at: context.now }
    context.effect({
      kind: 'publish',
      topic: context.topics.build('rejected', { device }),
      payload: JSON.stringify(word),
      qos: 0,
      retain: false,
    })
  }

  /** One of the two took an identity of its own. What it says is not proved: when there still are two, they are found again. */
  left(context: Context, device: string): void {
    if (!this.isShared(device, context.now)) return
    this.#watch.forget(device)
    this.#told.delete(device)
    endAlarm(context, device, 'identity_shared')
  }

  /** Devices that have one machine again. */
  tick(context: Context): string[] {
    const ended = this.#watch.takeEnded(context.now)
    for (const device of ended) endAlarm(context, device, 'identity_shared')
    context.committed(() => {
      for (const device of ended) this.#told.delete(device)
    })
    return ended
  }
}
