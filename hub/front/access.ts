import {
  covers,
  isReserved,
  overlaps,
  type ParsedTopic,
  type Party,
  TOPIC_NAMES,
  type TopicName,
  type Topics,
  topicRow,
} from '../../shared/topics.ts'
import { DISCOVERY_PREFIX } from '../engine/discovery-topic.ts'
import { housesWhere } from '../engine/house-rights.ts'
import type { Principal } from '../engine/principal.ts'

/** Topics outside our own that integrations share with Home Assistant. */
export const HOME_ASSISTANT = `${DISCOVERY_PREFIX}/#`
/** Where the hub announces its devices, which whoever administers it may look at. */
const ANNOUNCEMENTS = `${DISCOVERY_PREFIX}/device/+/+/config`

export interface Access {
  mayPublish(topic: ParsedTopic): boolean
  /**
   * Whether the filter may be held. People may hold any that could ever bring them something, `#` included: what it brings
   * is decided for each delivery. Devices and joiners hold what they may read, and their own branch.
   */
  maySubscribe(filter: string): boolean
  /** Whether a message of this topic, of a device of this house, may be delivered, whatever filter matched it. */
  mayRead(topic: ParsedTopic, house: string | null): boolean
}

function partyOf(principal: Principal): Party {
  return principal.kind
}

/** The named levels that a principal may fill only with itself. */
function ownLevels(principal: Principal, clientId: string): Record<string, string> {
  return principal.kind === 'device' ? { device: principal.id } : { client: clientId }
}

/**
 * What a principal may do, derived from the topic table: a row is open to it when its party is on the row's list, the levels
 * that name somebody name it, and it has the right that the row needs. There is no other list of rights.
 */
export function accessOf(topics: Topics, principal: Principal, clientId: string): Access {
  const party = partyOf(principal)
  const own = ownLevels(principal, clientId)
  const rows = new Set<TopicName>(TOPIC_NAMES.filter((name) => topicRow(name).to.includes(party)))
  const readable = [...rows].map((name) => topics.filter(name, own))
  if (principal.kind === 'integration') readable.push(HOME_ASSISTANT)
  else if (principal.kind === 'local' || ('rights' in principal && principal.rights === 'all'))
    readable.push(ANNOUNCEMENTS)
  const isOwn = (levels: ParsedTopic['levels']) =>
    Object.entries(levels).every(([level, text]) => own[level] === undefined || own[level] === text)
  const reads = rowsInHouse(principal)
  const below = topics.base.split('/').length
  const brings = (filter: string): boolean => {
    const reserved = isReserved(filter.split('/')[below])
    return readable.some((wide) => overlaps(wide, filter) && !(reserved && wide.split('/')[below] === '+'))
  }
  const held = (filter: string): boolean => {
    if (principal.kind === 'device') return covers(`${topics.base}/${principal.id}/#`, filter)
    if (principal.kind === 'joiner') return covers(`${topics.base}/join/${clientId}/#`, filter)
    return !filter.startsWith('$')
  }
  return {
    mayPublish: ({ name, levels }) => topicRow(name).from.includes(party) && isOwn(levels),
    maySubscribe: (filter) => readable.some((wide) => covers(wide, filter)) || (held(filter) && brings(filter)),
    mayRead: ({ name, levels }, house) => rows.has(name) && isOwn(levels) && reads(name, house),
  }
}

/** Whether a principal has the right that a row needs. Only those who act for people or programs have rights by house. */
function rowsInHouse(principal: Principal): (name: TopicName, house: string | null) => boolean {
  const rights = 'rights' in principal ? principal.rights : 'all'
  const houses = new Map<TopicName, ReadonlySet<string>>()
  for (const name of TOPIC_NAMES) {
    const { needs } = topicRow(name)
    const allowed = needs && housesWhere(rights, needs)
    if (allowed) houses.set(name, new Set(allowed))
  }
  return (name, house) => {
    const allowed = houses.get(name)
    return allowed === undefined || (house !== null && allowed.has(house))
  }
}
