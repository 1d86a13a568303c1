import type { Said } from '../said.ts'
import type { Expose } from './expose.ts'
import { type ExposedPart, readBinary, titleOf } from './generic.ts'

/** What is on or off, and may have more to it. */
export function onOffPart(component: string, expose: Expose, state: Expose): ExposedPart {
  const { property, on, off } = state
  return {
    ...{ component, property, name: nameOf(expose, state), deviceClass: null },
    uses: [state],
    read: (said) => stateIn(state, said),
    orders: state.canBeSet ? { on: () => ({ [property]: on }), off: () => ({ [property]: off }) } : {},
  }
}

/** What a device is as a whole is called as the device is; one of several is called by its endpoint. */
function nameOf(expose: Expose, state: Expose): string {
  return expose.label || (state.property === state.name ? '' : titleOf({ ...state, label: '' }))
}

/** Whether it is on, as far as a message says so. */
export function stateIn(state: Expose, said: Readonly<Record<string, unknown>>): Said {
  if (!Object.hasOwn(said, state.property)) return {}
  const value = said[state.property]
  if (value === null) return { state: null }
  const yes = readBinary(state, value)
  return yes === undefined ? { ignored: `${state.property} has no value of it` } : { state: yes }
}
