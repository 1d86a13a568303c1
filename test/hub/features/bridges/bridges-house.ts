import type { Admission } from '../../../../hub/engine/principal.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

export const PLAIN = { server: '192.168.1.5:1883', warnings: [] }

export interface Access {
  bridge: string
  user: string
  password: string
  write: string[]
  topics: string[]
  house: string
}

/** What the request is answered, whatever that is. */
export const asked = (house: TestHouse, verb: string, params: Record<string, unknown>) =>
  ask(house, commandInput(`bridges/${verb}`, params, { prepared: verb === 'list' ? [] : PLAIN }))

export const add = (house: TestHouse, kind = 'zigbee2mqtt', more: Record<string, unknown> = {}) =>
  data<Access>(asked(house, 'add', { kind, ...more }))

/** A house whose hub.toml was read. */
export function bridgesHouse(): TestHouse {
  const house = openTestHouse()
  house.send({ kind: 'maker_sources', sources: [] })
  return house
}

/** What a login of a client with these is answered. */
export function login(house: TestHouse, { user, password }: { user: string; password: string }, clientId = 'mqttjs_1') {
  const credentials = { clientId, username: user, password, listener: 'plain' }
  return house.input<Admission>({ kind: 'authenticate', credentials }).value
}

/** The id of a bridge, as its login shows it. */
export function idOf(house: TestHouse, access: { user: string; password: string }): string {
  const admission = login(house, access)
  if ('refuse' in admission || admission.accept.kind !== 'bridge') throw new Error('it was not let in')
  return admission.accept.id
}
