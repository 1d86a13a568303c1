import type { HubHealth } from '../shared/messages/hub-health.ts'
import { timeWords } from '../shared/time-words.ts'

const STATES = {
  ok: 'is well',
  attention: 'works, and needs attention',
  degraded: 'cannot store, or serve anybody',
  stopped: 'has stopped',
} as const

/** How the hub is, for a person. */
export function healthWords({ state, at, clock, problems }: HubHealth, now: number): string {
  const head = `the hub ${STATES[state]} (${timeWords(at, now)}), its clock is ${clock}`
  const lines = problems.map(({ code, message, hint }) => `${message}\n  ${hint} [${code}]`)
  return `${[head, ...lines].join('\n')}\n`
}
