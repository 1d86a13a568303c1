import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { discoveryTopic, houseAnnounced } from '../../engine/discovery-topic.ts'
import { housesWhere } from '../../engine/house-rights.ts'
import type { LedgerStep, LinkBegins } from '../../links/links-thread-messages.ts'
import { rightsOfLogin } from '../users/program-login.ts'
import { type AnnouncedTopics, OWN_PLACE } from './announced-topics.ts'

export interface LinkLedgerParts {
  db: Database
  topics: AnnouncedTopics
  /** Whether anything is announced at a broker that is named; `null`: it is named no more. */
  announces(url: string): boolean
  /** Devices that somebody else announces there. */
  twins(url: string): readonly string[]
}

/** The ledger of what stands at other brokers. */
export class LinkLedger {
  #parts: LinkLedgerParts
  #note: Statement
  #emptied: Statement
  #hub: Statement
  #houses: Statement
  #entities: Statement

  constructor(parts: LinkLedgerParts) {
    this.#parts = parts
    const { db } = parts
    this.#note = db.prepare(
      'INSERT INTO homeassistant_topics (place, topic, device, updated_at) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (place, topic) DO UPDATE SET emptied_at = NULL, updated_at = excluded.updated_at WHERE emptied_at IS NOT NULL',
    )
    this.#emptied = db.prepare('DELETE FROM homeassistant_topics WHERE place = ? AND topic = ?')
    this.#hub = db.prepare('SELECT id FROM houses ORDER BY created_at, id LIMIT 1').pluck()
    this.#houses = db.prepare('SELECT id FROM houses').pluck()
    this.#entities = db.prepare('SELECT key FROM device_entities WHERE device_id = ? AND is_enabled = 1').pluck()
  }

  /** Answers `begins`; the others answer nothing. */
  take(context: Context, step: LedgerStep): LinkBegins | undefined {
    switch (step.ask) {
      case 'begins':
        return this.#begins(context, step)
      case 'note':
        for (const { topic, device } of step.topics) this.#note.run(step.url, topic, device, context.now)
        return undefined
      case 'emptied':
        for (const topic of step.topics) this.#emptied.run(step.url, topic)
        return undefined
    }
  }

  #begins(context: Context, { url, prefix, login }: Extract<LedgerStep, { ask: 'begins' }>): LinkBegins {
    const { topics, announces, twins } = this.#parts
    const { topics: own } = context
    const foreign = new Set(twins(url))
    const seen = housesWhere(rightsOfLogin(context, login), { area: 'devices', right: 'see' })
    const shown = new Map<string, string | null>()
    if (announces(url))
      for (const { topic, device, emptied_at } of topics.at(OWN_PLACE))
        if (emptied_at === null && !foreign.has(device) && (seen?.includes(houseAnnounced(topic) ?? '') ?? true))
          shown.set(device, discoveryTopic({ house: houseAnnounced(topic) ?? '', device }, prefix))
    const stays: string[] = []
    const takeBack: string[] = []
    for (const [device, rows] of Map.groupBy(topics.at(url), (row) => row.device)) {
      const config = shown.get(device)
      const keys = config === undefined ? [] : (this.#entities.all(device) as string[])
      const wanted = new Set(
        config === undefined
          ? []
          : [config, own.build('status', { device }), ...keys.map((entity) => own.build('state', { device, entity }))],
      )
      for (const { topic } of rows) (wanted.has(topic) ? stays : takeBack).push(topic)
    }
    const isOfHub = (topic: string) => topic.endsWith('/status') && topic.includes('/hubs/')
    const hub = `lares_${String(this.#hub.get() ?? 'none')}`
    return {
      ...{ hub, stays, twins: [...foreign], houses: this.#houses.all() as string[] },
      takeBack: takeBack.filter((topic) => !(isOfHub(topic) && announces(url) && topic.includes(hub))),
    }
  }
}
