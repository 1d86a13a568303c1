import type { ToldWay } from './message-job.ts'

/** What its target knows once it has arrived. */
export const KNOWN_THEN: Readonly<Record<ToldWay, string>> = {
  raised: 'raised',
  again: 'raised',
  flapping: 'flapping',
  ended: 'ended',
  test: 'ended',
}
