import type { AlertSeverity } from './rule-kinds.ts'

/** One thing that a rule looks at, as it is now. */
export interface Observed {
  /** Names it among those of its rule, the same at every look. */
  subject: string
  /** What people call it. */
  name: string
  house: string | null
  device: string | null
  entity: string | null
  /**
   * What stands against the threshold, in the unit of the kind; where the kind has none, whether it is so. `null`: nobody knows
   * at present, and what is known of it stays.
   */
  value: number | boolean | null
  /** What was seen since the last look beyond `value`: a moment counts where nothing has to last. */
  peak?: number | boolean
  /** How long it has been so, where that is known better than by looking. */
  lastsMs?: number
  /** What is wrong, in a sentence, if it is. */
  says: string
  /** Where this one is more or less serious than its rule says. */
  severity?: AlertSeverity
}

/** `null`: nobody knows anything at present. */
export type Look = readonly Observed[] | null
