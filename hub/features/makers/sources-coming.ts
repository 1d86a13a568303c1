import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import type { MakerReach } from './maker-reach.ts'
import type { MakerSources } from './maker-sources.ts'

/** What hub.toml does not name any more. */
const NOT_NAMED = 'hub.toml does not name it any more'

/** Sources that come and go: one event each time, however many devices come and go with them. */
export class SourcesComing {
  #sources: MakerSources
  #reach: MakerReach

  constructor({ sources, reach }: { sources: MakerSources; reach: MakerReach }) {
    this.#sources = sources
    this.#reach = reach
  }

  /** Those that hub.toml names. Others keep their devices, which are offline until they are named again. */
  name(context: Context, { sources: named }: InputOf<'maker_sources'>): void {
    for (const source of named) {
      this.#sources.know(context, source)
      this.#sources.name(context, source.key, true)
    }
    const keys = new Set(named.map(({ key }) => key))
    for (const key of this.#sources.keys()) if (!keys.has(key)) this.#forget(context, key)
  }

  show(context: Context, { source: key, online, reason }: InputOf<'maker_source'>): void {
    const before = this.#sources.find(key)
    if (!before) return
    this.#sources.show(context, key, { online, reason: online ? null : reason })
    const devices = this.#reach.follow(context, key)
    // That it is there is no news of one that was never away.
    if (before.is_online === online || (before.is_online === null && online)) return
    context.addEvent({
      type: online ? 'maker_source_back' : 'maker_source_away',
      ...(before.house_id === null ? {} : { house: before.house_id }),
      description: online ? `${key} can be reached again.` : `${key} cannot be reached: ${reason ?? 'it is away'}.`,
      data: { source: key, reason, devices },
    })
  }

  #forget(context: Context, key: string): void {
    if (this.#sources.find(key)?.is_named === false) return
    this.#sources.name(context, key, false)
    this.#sources.show(context, key, { online: false, reason: NOT_NAMED })
    this.#reach.follow(context, key)
  }
}
