import type { Context } from '../../engine/context.ts'
import type { MakerRows } from './maker-rows.ts'
import type { MakerSources } from './maker-sources.ts'

/** Tells whose states are wanted of each source, after the commit that changed it, and all of it at start. */
export class Wanted {
  #parts: { rows: MakerRows; sources: MakerSources }
  #told = new Map<string, string>()
  #isChanged = true

  constructor(parts: { rows: MakerRows; sources: MakerSources }) {
    this.#parts = parts
  }

  changed(): void {
    this.#isChanged = true
  }

  /** Nobody knows any of it: the hub begins. */
  forget(): void {
    this.#told.clear()
    this.#isChanged = true
  }

  tell(context: Pick<Context, 'effect'>): void {
    if (!this.#isChanged) return
    const { rows, sources } = this.#parts
    for (const source of sources.keys()) {
      const identities = rows.speaking(source).map(({ identity }) => identity)
      const told = JSON.stringify(identities.sort())
      if (this.#told.get(source) === told) continue
      this.#told.set(source, told)
      context.effect({ kind: 'makers_wanted', source, identities })
    }
    this.#isChanged = false
  }
}
