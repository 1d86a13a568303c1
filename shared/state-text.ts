import type { State } from './messages/state.ts'

/** A state in Home Assistant's words: a number as it is, `on` and `off`, `unknown` and `unavailable`. */
export function stateText({ value, available }: Pick<State, 'value' | 'available'>): string {
  if (value === null) return available === false ? 'unavailable' : 'unknown'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return String(value)
}
