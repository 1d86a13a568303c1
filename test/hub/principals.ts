import type { Principal } from '../../hub/engine/principal.ts'
import { type Party, type TopicName, topicRow } from '../../shared/topics.ts'

export const OWN = 'kitchen-pi'
export const FOREIGN = 'cellar-pi'

/** One of each who may speak to the hub, with its client id. */
export const PRINCIPALS: [name: Party, principal: Principal, client: string][] = [
  ['device', { kind: 'device', id: OWN, voice: false, house: 'h' }, OWN],
  ['joiner', { kind: 'joiner', invitation: 'i' }, 'join.a'],
  ['person', { kind: 'person', user: 'anna', token: 't', role: 'user', houses: ['h'] }, 'anna.1'],
  ['integration', { kind: 'integration', user: 'ha', token: 't', role: 'user', houses: ['h'] }, 'homeassistant'],
  ['local', { kind: 'local' }, 'local.a'],
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
