import type { CallContext } from '../../engine/admin-command.ts'
import type { HeardSlot } from '../../language/matcher.ts'
import type { AnswerWords } from './answer-words.ts'
import type { NamedThing, SpokenPlace } from './house-names.ts'
import type { SaidBefore } from './said-before.ts'

/** A sentence that was understood, with everything that answers it. */
export interface VoiceAsked {
  /** Its caller may do what a voice may: in this house alone. */
  context: CallContext
  house: { id: string; zone: string }
  /** Who was spoken to; `null`: nobody in particular. */
  device: { id: string; name: string; room: string | null } | null
  /** The turn in which it was said aloud, as its table has it; `null`: it was not. */
  turn: string | null
  persona: { id: string; name: string; description: string | null }
  words: AnswerWords
  slots: Readonly<Record<string, HeardSlot>>
  before: SaidBefore
}

/** What is answered, and what was done for it. */
export interface Answer {
  text: string
  done?: readonly string[]
}

export type AnswerIntent = (asked: VoiceAsked) => Answer

export function numberSlot({ slots }: VoiceAsked, name: string): number | null {
  const value = slots[name]?.value
  return typeof value === 'number' ? value : null
}

export function wordSlot({ slots }: VoiceAsked, name: string): string | null {
  const value = slots[name]?.value
  return typeof value === 'string' ? value : null
}

/** Everything that is called so. */
export function thingsSlot({ slots }: VoiceAsked, name = 'thing'): readonly NamedThing[] {
  const value = slots[name]?.value
  return Array.isArray(value) ? (value as NamedThing[]) : []
}

/** Every place or device that is called so. */
export function placesSlot({ slots }: VoiceAsked, name: string): readonly SpokenPlace[] {
  const value = slots[name]?.value
  return Array.isArray(value) ? (value as SpokenPlace[]) : []
}

/** The first of them. */
export function placeSlot(asked: VoiceAsked, name: string): SpokenPlace | null {
  return placesSlot(asked, name)[0] ?? null
}

/** Of several that are called alike those in the room that was named, or else in that of who was spoken to. */
export function nearest<T extends { room: string | null }>(asked: VoiceAsked, all: readonly T[]): readonly T[] {
  const room = placeSlot(asked, 'room')?.id ?? (all.length > 1 ? asked.device?.room : null)
  if (room === null || room === undefined) return all
  const near = all.filter((one) => one.room === room)
  return near.length > 0 ? near : all
}
