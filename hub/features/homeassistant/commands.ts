import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { AnnouncedTopics, OWN_PLACE } from './announced-topics.ts'

const listPlaces = adminCommand({
  area: 'homeassistant',
  verb: 'list',
  needs: 'administer',
  summary: 'Where the house is shown to Home Assistant, and how much stands there',
  params: z.strictObject({}),
  result: z.strictObject({
    says: z.string().optional(),
    places: z.array(
      z.strictObject({
        /** The hub's own broker, or the address of another one. */
        place: z.string(),
        /** Retained topics; at another broker each state is one. */
        topics: z.int(),
        /** Those that are told to be gone. */
        gone: z.int(),
      }),
    ),
  }),
  examples: [{ says: 'all', params: {} }],
  changes: false,
  query({ db }) {
    const places = new AnnouncedTopics(db).places().map(({ place, count, gone }) => ({ place, topics: count, gone }))
    return places.length === 0 ? { says: 'Nothing is shown anywhere.', places } : { places }
  },
})

const forgetPlace = adminCommand({
  area: 'homeassistant',
  verb: 'forget',
  needs: 'administer',
  summary: 'Forget what stands at a broker that is gone for good; nothing is taken back there',
  params: z.strictObject({ place: text(2_000).min(1).meta({ description: 'as lares homeassistant list shows it' }) }),
  result: z.strictObject({ place: z.string(), topics: z.int() }),
  examples: [{ says: 'one that was thrown away', params: { place: 'mqtt://192.168.1.5:1883' } }],
  positional: ['place'],
  changes: true,
  danger({ db }, { place: url }) {
    const known = new AnnouncedTopics(db).places().find(({ place }) => place === url && place !== OWN_PLACE)
    return known === undefined
      ? null
      : `${known.count} topics stay at ${url} for ever if that broker still runs: Home Assistant keeps showing them there.`
  },
  run(context, { place: url }) {
    const topics = new AnnouncedTopics(context.db)
    if (url === OWN_PLACE || !topics.places().some(({ place }) => place === url))
      throw new LaresError('not_found', `nothing of this house stands at ${url}`, {
        hint: 'See lares homeassistant list.',
      })
    context.effect({ kind: 'problem', name: `homeassistant_left:${url}`, problem: null })
    return { place: url, topics: topics.forgetPlace(url) }
  },
})

export const COMMANDS = [listPlaces, forgetPlace] as const
