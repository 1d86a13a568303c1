/** Where Home Assistant looks for announcements unless somebody says otherwise. */
export const DISCOVERY_PREFIX = 'homeassistant'
/** Before the id of a house: nobody else's announcements are below such a node. */
const NODE = 'lares_'
/** Home Assistant takes nothing else as node and object of an announcement: mqtt/discovery.py, `TOPIC_MATCHER`. */
const USABLE = /^[A-Za-z0-9_-]+$/
const ANNOUNCING = new RegExp(`^${DISCOVERY_PREFIX}/device/${NODE}([A-Za-z0-9_-]+)/[A-Za-z0-9_-]+/config$`)
const BEGINS = `${DISCOVERY_PREFIX}/device/${NODE}`

/**
 * Where a device is announced. The house is in it, because whoever sees that house alone is told there that the device left it.
 * `null`: the ids can stand in no such topic.
 */
export function discoveryTopic(
  { house, device }: { house: string; device: string },
  prefix = DISCOVERY_PREFIX,
): string | null {
  if (!USABLE.test(house) || !USABLE.test(device)) return null
  return `${prefix}/device/${NODE}${house}/${device}/config`
}

/** The house whose device is announced on a topic of the hub's own broker; `null`: it is not the hub that announces there. */
export function houseAnnounced(topic: string): string | null {
  return topic.startsWith(BEGINS) ? (ANNOUNCING.exec(topic)?.[1] ?? null) : null
}
