import type { HubHealth } from './messages/hub-health.ts'
import { timeWords } from './time-words.ts'

const STATES: Readonly<Record<string, string>> = {
  ok: 'is well',
  attention: 'works, and needs attention',
  degraded: 'cannot store, or serve anybody',
  stopped: 'has stopped',
} satisfies Record<HubHealth['state'], string>

/** How the hub is, for a person. */
export function healthWords({ state, at, clock, problems }: HubHealth, now: number): string {
  const head = `the hub ${stateWords(state)} (${timeWords(at, now)}), its clock is ${clock}`
  return `${[head, ...problems.map(problemWords)].join('\n')}\n`
}

/** What follows `the hub`. A newer hub's word stands for itself. */
export function stateWords(state: string): string {
  return STATES[state] ?? `says ${state}`
}

function problemWords({ code, message, hint }: HubHealth['problems'][number]): string {
  return `${message === undefined ? '' : `${message}\n`}  ${hint} [${code}]`
}
