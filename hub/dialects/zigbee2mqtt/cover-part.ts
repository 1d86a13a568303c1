import { type Expose, feature } from './expose.ts'
import type { ExposedPart } from './generic.ts'
import { numberSaid, percentOf, scaled } from './properties.ts'

/** zigbee2mqtt.io, "Exposes", "Cover": `open` and `closed`, from the position where the device says one; slats in percent. */
export function coverPart(expose: Expose): ExposedPart | { reason: string } {
  const [state, position, tilt] = ['state', 'position', 'tilt'].map((name) => feature(expose, name))
  const main = state ?? position ?? tilt
  if (main === undefined) return { reason: 'this cover has neither a state nor a position' }
  const { min, max } = tilt?.range ?? { min: 0, max: 100 }
  const tell = (word: string) => () => ({ [main.property]: word })
  const attributesIn = (said: Readonly<Record<string, unknown>>) => {
    const at = position && numberSaid(said, position.property)
    const slats = tilt && numberSaid(said, tilt.property)
    return {
      ...(at === undefined ? {} : { current_position: at }),
      ...(slats === undefined ? {} : { current_tilt_position: percentOf(slats, min, max) }),
    }
  }
  return {
    ...{ component: 'cover', property: main.property, name: expose.label, deviceClass: null },
    uses: [state, position, tilt].filter((one) => one !== undefined),
    read: (said) => {
      const attributes = attributesIn(said)
      const word = state && Object.hasOwn(said, state.property) ? said[state.property] : undefined
      const at = attributes.current_position
      const isOpen = at !== undefined ? at > 0 : word === 'OPEN' ? true : word === 'CLOSE' ? false : undefined
      return {
        ...(isOpen === undefined ? (word === null ? { state: null } : {}) : { state: isOpen ? 'open' : 'closed' }),
        ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      }
    },
    orders: {
      ...(state?.canBeSet ? { open: tell('OPEN'), close: tell('CLOSE'), stop: tell('STOP') } : {}),
      ...(position?.canBeSet ? { position: ({ percent }) => ({ [position.property]: Math.round(percent) }) } : {}),
      ...(tilt?.canBeSet ? { tilt: ({ percent }) => ({ [tilt.property]: scaled(percent, min, max) }) } : {}),
    },
    ...(tilt?.isPublished === false ? { limits: { tilt: { untold: true } } } : {}),
  }
}
