import { MAKER_LIMITS } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import type { DeviceStatus, Presence } from '../devices/presence.ts'
import type { MakerRows, SpeakingRow } from './maker-rows.ts'
import type { MakerSources } from './maker-sources.ts'

export interface MakerReachParts {
  rows: MakerRows
  sources: MakerSources
  presence: Presence
}

interface Heard {
  /** `null`: nobody said so yet. */
  isAvailable: boolean | null
  shownAt: number | null
  /** It changed again before it was time to show that. */
  isHeldBack: boolean
}

/**
 * Whether devices of other makers can be reached: by what their source says, and by whether that is there itself. A device that
 * comes and goes many times a second is shown once a second, as it was last; those of a source that goes are told of by
 * one event.
 */
export class MakerReach {
  #parts: MakerReachParts
  /** By row, also of those that wait: they may be accepted. */
  #heard = new Map<string, Heard>()

  constructor(parts: MakerReachParts) {
    this.#parts = parts
  }

  take(context: Context, { source, reach }: InputOf<'maker_reach'>): void {
    for (const { identity, available } of reach) {
      const row = this.#parts.rows.at(source, identity)
      if (row) this.#say(context, row, available)
    }
  }

  /** A state of it came: who says nothing of its reach can be reached. */
  seen(context: Context, row: SpeakingRow): void {
    if (this.#of(row).isAvailable === null) this.#say(context, row, true)
  }

  /** It is accepted now, or came back. */
  show(context: Context, row: SpeakingRow): void {
    this.#show(context, row, this.#of(row))
  }

  /** Its source no longer has it. */
  left(context: Context, row: SpeakingRow, isTold: boolean): void {
    this.#heard.delete(row.id)
    if (row.device_id !== null && row.speaks)
      this.#parts.presence.set(context, row.device_id, { status: 'offline', reason: 'left', isTold })
  }

  /** The source went, or is back; returns how many devices that changed. */
  follow(context: Context, source: string): number {
    const changed = this.#parts.rows
      .speaking(source)
      .filter((row) => this.#set(context, row, { heard: this.#of(row), isTold: false }))
    return changed.length
  }

  tick(context: Context): void {
    for (const [id, heard] of this.#heard) {
      if (!heard.isHeldBack || !isDue(heard, context.now)) continue
      const row = this.#parts.rows.find(id)
      if (row) this.#show(context, row, heard)
      else this.#heard.delete(id)
    }
  }

  #say(context: Context, row: SpeakingRow, isAvailable: boolean): void {
    const heard = this.#of(row)
    heard.isAvailable = isAvailable
    this.#show(context, row, heard)
  }

  #show(context: Context, row: SpeakingRow, heard: Heard): void {
    if (row.status !== 'accepted' || !row.speaks) return
    heard.isHeldBack = !isDue(heard, context.now)
    if (!heard.isHeldBack && this.#set(context, row, { heard, isTold: true })) heard.shownAt = context.now
  }

  #set(context: Context, row: SpeakingRow, { heard, isTold }: { heard: Heard; isTold: boolean }): boolean {
    const to = this.#statusBy(row, heard)
    return to !== null && row.device_id !== null && this.#parts.presence.set(context, row.device_id, { ...to, isTold })
  }

  #statusBy({ source }: SpeakingRow, { isAvailable }: Heard): DeviceStatus | null {
    const known = this.#parts.sources.find(source)
    if (known?.is_named === false) return { status: 'offline', reason: 'source_gone' }
    if (known?.is_online === false) return { status: 'offline', reason: 'source_away' }
    if (isAvailable === null) return null
    return isAvailable ? { status: 'online', reason: 'reachable' } : { status: 'offline', reason: 'unreachable' }
  }

  #of({ id }: SpeakingRow): Heard {
    let heard = this.#heard.get(id)
    if (!heard) {
      heard = { isAvailable: null, shownAt: null, isHeldBack: false }
      this.#heard.set(id, heard)
    }
    return heard
  }
}

/** A clock that went back counts as due. */
function isDue({ shownAt }: Heard, now: number): boolean {
  return shownAt === null || now < shownAt || now - shownAt >= MAKER_LIMITS.reachMs
}
