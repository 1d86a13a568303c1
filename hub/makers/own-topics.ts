import { cleanText } from '../../shared/clean-text.ts'
import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Announcement, NotConnected, Publication, SaidEntity } from '../dialects/said.ts'

/**
 * The first parts of the topics that a source may use; `null`: whatever its broker lets the hub use. At the hub's own broker we are the
 * hub itself, who may publish and read everything: what a bridge announces there must not lead us to topics that it may not use itself.
 */
export type OwnTopics = readonly string[] | null

/** An announcement whose entities use topics of their source alone. Others are known, and not connected. */
export function withinTopics(announcement: Announcement, own: OwnTopics): Announcement {
  const entities: SaidEntity[] = []
  const notConnected: NotConnected[] = [...announcement.notConnected]
  for (const entity of announcement.entities) {
    const strange = topicsOf(entity).find((topic) => !isOwn(topic, own))
    const { part, component, name } = entity
    if (strange === undefined) entities.push(entity)
    else notConnected.push({ part, component, name, reason: `it is heard or asked on ${strangeWords(strange)}` })
  }
  return notConnected.length === announcement.notConnected.length
    ? announcement
    : { ...announcement, entities, notConnected }
}

/** Throws `bad_params` where one of them is not the source's to be told on. */
export function refuseStrangeTopics(publications: readonly Publication[], own: OwnTopics): void {
  const strange = publications.find(({ topic }) => !isOwn(topic, own))
  if (strange === undefined) return
  throw new LaresError('bad_params', `it is told on ${strangeWords(strange.topic)}`, {
    hint: 'If they are its own, say so: lares bridges update.',
  })
}

function isOwn(topic: string, own: OwnTopics): boolean {
  return own === null || own.some((prefix) => topic === prefix || topic.startsWith(`${prefix}/`))
}

/** All on which it is heard, or asked. What it is told on is known with an order. */
function topicsOf({ listens, availability, ask }: SaidEntity): string[] {
  return [...listens, ...availability.topics, ...(ask ? [ask] : [])].map(({ topic }) => topic)
}

function strangeWords(topic: string): string {
  return `${cutText(cleanText(topic), 100)}, which is none of the topics of its bridge`
}
