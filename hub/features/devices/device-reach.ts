import type { Context } from '../../engine/context.ts'

/** Hears when a device can be told something, in the transaction that learns it. */
export interface ReachFollower {
  /** Its connection came. It may not have subscribed yet. */
  connected(context: Context, device: string): void
  /** It said what it is, which an agent does when it has subscribed to everything. Again when it has other sensors. */
  introduced(context: Context, device: string): void
  left(context: Context, device: string): void
}

/** Whom to tell how devices can be reached. */
export class DeviceReach {
  readonly #followers: ReachFollower[] = []

  follow(follower: ReachFollower): void {
    this.#followers.push(follower)
  }

  tell(what: keyof ReachFollower, context: Context, device: string): void {
    for (const follower of this.#followers) follower[what](context, device)
  }
}
