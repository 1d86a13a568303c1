import { percentOfSpeed, speedOf, speedStep } from '../speeds.ts'
import { climatePart } from './climate-part.ts'
import { coverPart } from './cover-part.ts'
import { type Expose, feature } from './expose.ts'
import type { ExposedPart, PartOrders } from './generic.ts'
import { lightPart } from './light-part.ts'
import { onOffPart, stateIn } from './on-off-part.ts'
import { numberSaid } from './properties.ts'

/** The part that a light, a switch, a cover and the like is as a whole, or why it is none. */
export function specificPart(expose: Expose, beside: readonly Expose[]): ExposedPart | { reason: string } | null {
  const read = READERS.get(expose.type)
  return read === undefined ? null : read(expose, beside)
}

type PartReader = (expose: Expose, beside: readonly Expose[]) => ExposedPart | { reason: string }

const READERS: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  [
    'light',
    (expose, beside) => {
      const effect = beside.find(({ type, name }) => type === 'enum' && name === 'effect')
      return withState(expose, (of, state) => lightPart(of, state, effect))
    },
  ],
  [
    'switch',
    (expose) => withState(expose, (of, state) => ({ ...onOffPart('switch', of, state), deviceClass: 'switch' })),
  ],
  ['fan', fanPart],
  ['cover', coverPart],
  ['lock', (expose) => withState(expose, lockPart)],
  ['climate', climatePart],
])

function withState(
  expose: Expose,
  part: (expose: Expose, state: Expose) => ExposedPart,
): ExposedPart | { reason: string } {
  const state = feature(expose, 'state')
  return state?.type === 'binary' ? part(expose, state) : { reason: `this ${expose.type} has no state` }
}

function fanPart(expose: Expose): ExposedPart | { reason: string } {
  const state = feature(expose, 'state')
  const mode = feature(expose, 'mode')
  const speed = feature(expose, 'speed')
  if (state?.type !== 'binary') return { reason: 'this fan has no state' }
  const part = onOffPart('fan', expose, state)
  const { min, max } = speed?.range ?? { min: 0, max: 254 }
  // Below the slowest it is off.
  const speeds = { min: Math.max(1, min), max }
  const orders: PartOrders = {
    ...part.orders,
    ...(speed?.canBeSet ? { level: ({ percent }) => ({ [speed.property]: speedOf(percent, speeds) }) } : {}),
    ...(mode?.canBeSet ? { mode: ({ mode: wanted }) => ({ [mode.property]: wanted }) } : {}),
  }
  return {
    ...part,
    uses: [state, speed, mode].filter((one) => one !== undefined),
    ...(mode ? { options: mode.values } : {}),
    ...(speed ? { limits: { level: { range: { min: 0, max: 100, step: speedStep(speeds) } } } } : {}),
    read: (said) => {
      const level = speed && numberSaid(said, speed.property)
      const attributes = {
        ...(level === undefined ? {} : { percentage: percentOfSpeed(level, speeds) }),
        ...(mode && typeof said[mode.property] === 'string' ? { preset_mode: said[mode.property] } : {}),
      }
      return { ...stateIn(state, said), ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders,
  }
}

function lockPart(expose: Expose, state: Expose): ExposedPart {
  const { property, on, off } = state
  const kept = feature(expose, 'lock_state')
  return {
    ...{ component: 'lock', property, name: expose.label, deviceClass: null },
    uses: [state, ...(kept ? [kept] : [])],
    read: (said) => {
      if (kept && said[kept.property] === 'not_fully_locked') return { state: 'jammed' }
      const { state: locked, ...rest } = stateIn(state, said)
      return locked === undefined ? rest : { ...rest, state: locked === null ? null : locked ? 'locked' : 'unlocked' }
    },
    orders: state.canBeSet ? { lock: () => ({ [property]: on }), unlock: () => ({ [property]: off }) } : {},
  }
}
