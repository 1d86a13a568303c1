import type { Said } from '../said.ts'
import { type Expose, feature } from './expose.ts'
import { type ExposedPart, type PartOrders, readBinary, titleOf } from './generic.ts'

/** Zigbee's brightest is 254, Home Assistant's 255. */
const HA_BRIGHTEST = 255

/** The part that a light, a switch, a cover and the like is as a whole, or why it is none. */
export function specificPart(expose: Expose): ExposedPart | { reason: string } | null {
  const read = READERS[expose.type]
  return read === undefined ? null : read(expose)
}

const READERS: Readonly<Record<string, (expose: Expose) => ExposedPart | { reason: string }>> = {
  light: (expose) => withState(expose, lightPart),
  switch: (expose) => withState(expose, (of, state) => ({ ...onOffPart('switch', of, state), deviceClass: 'switch' })),
  fan: fanPart,
  cover: coverPart,
  lock: (expose) => withState(expose, lockPart),
  climate: climatePart,
}

function withState(
  expose: Expose,
  part: (expose: Expose, state: Expose) => ExposedPart,
): ExposedPart | { reason: string } {
  const state = feature(expose, 'state')
  return state?.type === 'binary' ? part(expose, state) : { reason: `this ${expose.type} has no state` }
}

function onOffPart(component: string, expose: Expose, state: Expose): ExposedPart {
  const { property, on, off } = state
  return {
    ...{ component, property, name: nameOf(expose, state), deviceClass: null },
    read: (said) => stateIn(state, said),
    orders: state.canBeSet ? { on: () => ({ [property]: on }), off: () => ({ [property]: off }) } : {},
  }
}

/** What a device is as a whole is called as the device is; one of several is called by its endpoint. */
function nameOf(expose: Expose, state: Expose): string {
  return expose.label || (state.property === state.name ? '' : titleOf({ ...state, label: '' }))
}

function stateIn(state: Expose, said: Readonly<Record<string, unknown>>): Said {
  if (!Object.hasOwn(said, state.property)) return {}
  const value = said[state.property]
  if (value === null) return { state: null }
  const yes = readBinary(state, value)
  return yes === undefined ? { ignored: `${state.property} has no value of it` } : { state: yes }
}

/** Attributes have Home Assistant's names; colours are as Zigbee2MQTT says them. */
function lightPart(expose: Expose, state: Expose): ExposedPart {
  const brightness = feature(expose, 'brightness')
  const most = brightness?.range?.max ?? 254
  const others = ['color_temp', 'color_xy', 'color_hs'].flatMap((name) => feature(expose, name) ?? [])
  const part = onOffPart('light', expose, state)
  return {
    ...part,
    read: (said) => {
      const attributes: Record<string, unknown> = {}
      const level = brightness && numberIn(said, brightness.property)
      if (level !== undefined) attributes.brightness = Math.round((level / most) * HA_BRIGHTEST)
      for (const { property } of others) if (Object.hasOwn(said, property)) attributes[property] = said[property]
      return { ...stateIn(state, said), ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders: {
      ...part.orders,
      ...(brightness?.canBeSet
        ? { level: ({ percent }) => ({ [brightness.property]: scaled(percent, 0, most) }) }
        : {}),
    },
  }
}

function fanPart(expose: Expose): ExposedPart | { reason: string } {
  const state = feature(expose, 'state')
  const mode = feature(expose, 'mode')
  const speed = feature(expose, 'speed')
  if (state?.type !== 'binary') return { reason: 'this fan has no state' }
  const part = onOffPart('fan', expose, state)
  const range = speed?.range ?? { min: 0, max: 254, step: 1 }
  const orders: PartOrders = {
    ...part.orders,
    ...(speed?.canBeSet
      ? { level: ({ percent }) => ({ [speed.property]: scaled(percent, range.min, range.max) }) }
      : {}),
    ...(mode?.canBeSet ? { mode: ({ mode: wanted }) => ({ [mode.property]: wanted }) } : {}),
  }
  return {
    ...part,
    ...(mode ? { options: mode.values } : {}),
    read: (said) => {
      const level = speed && numberIn(said, speed.property)
      const attributes = {
        ...(level === undefined ? {} : { percentage: percentOf(level, range.min, range.max) }),
        ...(mode && typeof said[mode.property] === 'string' ? { preset_mode: said[mode.property] } : {}),
      }
      return { ...stateIn(state, said), ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders,
  }
}

/** `open` and `closed`, as Home Assistant calls them; from the position where the device says one. */
function coverPart(expose: Expose): ExposedPart | { reason: string } {
  const state = feature(expose, 'state')
  const position = feature(expose, 'position')
  const property = state?.property ?? position?.property
  if (property === undefined) return { reason: 'this cover has neither a state nor a position' }
  const tell = (word: string) => () => ({ [state?.property ?? property]: word })
  return {
    ...{ component: 'cover', property, name: expose.label, deviceClass: null },
    read: (said) => {
      const at = position && numberIn(said, position.property)
      if (at !== undefined) return { state: at > 0 ? 'open' : 'closed', attributes: { current_position: at } }
      const word = state && said[state.property]
      if (word === 'OPEN') return { state: 'open' }
      if (word === 'CLOSE') return { state: 'closed' }
      return word === null ? { state: null } : {}
    },
    orders: {
      ...(state?.canBeSet ? { open: tell('OPEN'), close: tell('CLOSE'), stop: tell('STOP') } : {}),
      ...(position?.canBeSet ? { position: ({ percent }) => ({ [position.property]: Math.round(percent) }) } : {}),
    },
  }
}

function lockPart(expose: Expose, state: Expose): ExposedPart {
  const { property, on, off } = state
  const kept = feature(expose, 'lock_state')
  return {
    ...{ component: 'lock', property, name: expose.label, deviceClass: null },
    read: (said) => {
      if (kept && said[kept.property] === 'not_fully_locked') return { state: 'jammed' }
      const { state: locked, ...rest } = stateIn(state, said)
      return locked === undefined ? rest : { ...rest, state: locked === null ? null : locked ? 'locked' : 'unlocked' }
    },
    orders: state.canBeSet ? { lock: () => ({ [property]: on }), unlock: () => ({ [property]: off }) } : {},
  }
}

/** Its state is the mode; temperatures are attributes with Home Assistant's names. */
function climatePart(expose: Expose): ExposedPart | { reason: string } {
  const setpoint = ['occupied_heating_setpoint', 'current_heating_setpoint', 'occupied_cooling_setpoint']
    .map((name) => feature(expose, name))
    .find((one) => one !== undefined)
  if (!setpoint) return { reason: 'this climate has no temperature that can be set' }
  const [mode, local, running] = ['system_mode', 'local_temperature', 'running_state'].map((name) =>
    feature(expose, name),
  )
  const orders: PartOrders = {
    ...(setpoint.canBeSet
      ? {
          temperature: ({ degrees, mode: wanted }) => ({
            [setpoint.property]: degrees,
            ...(mode && wanted !== undefined ? { [mode.property]: wanted } : {}),
          }),
        }
      : {}),
    ...(mode?.canBeSet ? { mode: ({ mode: wanted }) => ({ [mode.property]: wanted }) } : {}),
  }
  return {
    ...{ component: 'climate', property: setpoint.property, name: expose.label, deviceClass: null },
    ...(setpoint.range ? { range: setpoint.range } : {}),
    ...(mode ? { options: mode.values } : {}),
    read: (said) => {
      const wanted = numberIn(said, setpoint.property)
      const now = local && numberIn(said, local.property)
      const attributes = {
        ...(wanted === undefined ? {} : { temperature: wanted }),
        ...(now === undefined ? {} : { current_temperature: now }),
        ...(running && typeof said[running.property] === 'string' ? { hvac_action: said[running.property] } : {}),
      }
      const word = mode && said[mode.property]
      const state = typeof word === 'string' ? { state: word } : !mode && wanted !== undefined ? { state: 'heat' } : {}
      return { ...state, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders,
  }
}

function numberIn(said: Readonly<Record<string, unknown>>, property: string): number | undefined {
  const value = Object.hasOwn(said, property) ? said[property] : undefined
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function scaled(percent: number, min: number, max: number): number {
  return Math.round(min + (percent / 100) * (max - min))
}

function percentOf(value: number, min: number, max: number): number {
  return Math.round(((value - min) / (max - min)) * 100)
}
