import type { State } from '../../shared/messages/state.ts'
import type { EntityLine } from '../hub/answers.ts'
import { withUnit } from '../words/numbers.ts'
import { words } from '../words/words.ts'

/** Contacts whose `on` is called open, by Home Assistant's device classes. */
const OPENINGS = new Set(['door', 'window', 'garage_door', 'opening'])

/** What an entity is now, in words: what the hub published last, or else what was stored. */
export function stateWords(entity: EntityLine, state: State | null): string {
  const says = words.value.device
  const value = state === null ? entity.state : state.value
  if (value === null) return says.noValue
  const unit = state?.unit ?? entity.unit_of_measurement ?? ''
  if (typeof value === 'number') return withUnit(value, unit)
  const text = value === true ? 'on' : value === false ? 'off' : value
  if (text === 'on' || text === 'off') {
    if (OPENINGS.has(entity.device_class ?? '')) return text === 'on' ? says.open : says.closed
    return [says[text], entity.details].filter(Boolean).join(', ')
  }
  const number = Number(text)
  return text !== '' && Number.isFinite(number) ? withUnit(number, unit) : text
}
