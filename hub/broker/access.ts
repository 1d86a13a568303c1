import { covers, type ParsedTopic, type Party, TOPIC_NAMES, type Topics, topicRow } from '../../shared/topics.ts'
import type { Principal } from '../engine/principal.ts'

/** Topics outside our own that integrations share with Home Assistant. */
export const HOME_ASSISTANT = 'homeassistant/#'

export interface Access {
  mayPublish(topic: ParsedTopic): boolean
  /** Whether everything the filter matches may be read. */
  maySubscribe(filter: string): boolean
}

function partyOf(principal: Principal): Party {
  return principal.kind
}

/** The named levels that a principal may fill only with itself. */
function ownLevels(principal: Principal, clientId: string): Record<string, string> {
  return principal.kind === 'device' ? { device: principal.id } : { client: clientId }
}

/**
 * What a principal may do, derived from the topic table: a row is open to it when its party is on the row's list
 * and the levels that name somebody name it. There is no other list of rights.
 */
export function accessOf(topics: Topics, principal: Principal, clientId: string): Access {
  const party = partyOf(principal)
  const own = ownLevels(principal, clientId)
  const readable = TOPIC_NAMES.filter((name) => topicRow(name).to.includes(party)).map((name) =>
    topics.filter(name, own),
  )
  // Whole branches of the caller's own, which are what people subscribe to.
  const branches =
    party === 'device' || party === 'joiner'
      ? []
      : [`${topics.base}/admin/response/${clientId}/#`, `${topics.base}/+/state/#`, `${topics.base}/hub/+`]
  const foreign = principal.kind === 'integration' ? [HOME_ASSISTANT] : []
  const allowed = [...readable, ...branches, ...foreign]
  return {
    mayPublish(topic) {
      if (!topicRow(topic.name).from.includes(party)) return false
      return Object.entries(topic.levels).every(([level, text]) => own[level] === undefined || own[level] === text)
    },
    maySubscribe: (filter) => allowed.some((wide) => covers(wide, filter)),
  }
}
