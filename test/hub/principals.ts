import type { HouseRights } from '../../hub/engine/house-rights.ts'
import type { Principal } from '../../hub/engine/principal.ts'
import { type Party, type TopicName, topicRow } from '../../shared/topics.ts'

export const OWN = 'kitchen-pi'
export const FOREIGN = 'cellar-pi'

const RESIDENT: HouseRights = { h: [{ right: 'control' }] }

/** One of each who may speak to the hub, with its client id. */
export const PRINCIPALS: [name: Party, principal: Principal, client: string][] = [
  ['device', { kind: 'device', id: OWN, voice: false, house: 'h' }, OWN],
  ['joiner', { kind: 'joiner', invitation: 'i' }, 'join.a'],
  ['person', { kind: 'person', user: 'anna', token: 't', session: 's', rights: RESIDENT }, 'anna.1'],
  ['integration', { kind: 'integration', user: 'ha', token: 't', session: 's', rights: RESIDENT }, 'homeassistant'],
  ['program', { kind: 'program', user: 'bot', token: 't', session: 's', rights: RESIDENT }, 'bot'],
  ['bridge', { kind: 'bridge', id: 'b1', name: 'zigbee2mqtt' }, 'mqttjs_1'],
  ['local', { kind: 'local', session: 's' }, 'local.a'],
]

/** A topic of the row with the caller's own names or somebody else's. */
export function topicOf(name: TopicName, device: string, client: string): string {
  return topicRow(name)
    .pattern.split('/')
    .map((level) => ({ '<device>': device, '<client>': client })[level] ?? level.replace(/[<>]/g, ''))
    .reduce((topic, level) => `${topic}/${level}`, 'lares')
}

/** Levels of the row that name somebody, and whether this party is bound to its own. */
export function boundLevel(name: TopicName, party: Party): boolean {
  const { pattern } = topicRow(name)
  return party === 'device' ? pattern.includes('<device>') : pattern.includes('<client>')
}
