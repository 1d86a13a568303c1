import type { ErasedKind } from '../../store/erasure-plan.ts'
import type { Traces } from './pseudonym.ts'

/** An erasure whose rows are being removed. */
export interface ErasureRow {
  id: string
  what: ErasedKind
  key: string
  pseudonym: string
  traces: Traces
  state: 'events' | 'rows'
  eventsUpto: number
}
