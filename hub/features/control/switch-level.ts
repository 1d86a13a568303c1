import { readBoolean } from '../../../shared/booleans.ts'
import { LaresError } from '../../../shared/errors.ts'

/** What an output is to have, as a device takes it. */
export type SwitchLevel = { state: 'on' | 'off' | 'toggle' } | { percent: number }

/** `on`, `off`, `toggle`, or `40%` of a dimmer; yes and no in any spelling. Throws `bad_params`. */
export function readSwitchLevel(given: string | number | boolean): SwitchLevel {
  const text = String(given).trim().toLowerCase()
  if (text === 'toggle') return { state: 'toggle' }
  const percent = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text)
  const on = percent?.[2] === '%' ? null : readBoolean(text)
  if (on !== null) return { state: on ? 'on' : 'off' }
  if (percent && Number(percent[1]) <= 100) return { percent: Number(percent[1]) }
  throw new LaresError('bad_params', `state: ${given} is nothing to switch to`, {
    hint: 'Write on, off or toggle, or 40% for a dimmer.',
  })
}
