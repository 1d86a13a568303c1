import type { AuthorizedCaller } from '../../engine/caller.ts'

/** A voice has the rights of the device it comes through, in its house, and those of nobody who may be speaking. */
export function voiceCaller({ device, house }: { device: string; house: string }): AuthorizedCaller {
  return {
    ...{ principal: device, kind: 'program', user: null, token: null },
    ...{ client: device, address: device, session: device },
    ...{ houses: [house], sees: [house], rights: {} },
  }
}
