import { z } from 'zod'
import { toType } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { BRIDGES } from '../../../shared/limits.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import { bridgeLogin } from '../../engine/bridge-at-broker.ts'
import { hashSecret } from '../devices/joining.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { BRIDGE_KIND_NAMES, BRIDGE_KINDS } from './bridge-kinds.ts'
import { bridgeCalled, bridgeRows } from './bridge-rows.ts'
import { whatToWrite } from './bridge-words.ts'
import { refuseTakenTopics, topicPrefix, topicPrefixes } from './topic-prefix.ts'

const SECRET_BYTES = 24

export const newBridgeName = z
  .string()
  .max(40)
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'has only a-z, 0-9 and - within, such as attic-2')

export const access = {
  /** Whom it logs in as. */
  user: z.string(),
  /** Shown once. */
  password: z.string(),
  /** `host:port` without TLS. */
  server: z.string(),
  /** Why it may not work, each with its remedy. */
  warnings: z.array(z.string()),
}

export const addBridge = adminCommand({
  area: 'bridges',
  verb: 'add',
  needs: 'administer',
  summary:
    "Let a program that speaks for devices of other makers log in at the hub's own broker; its password is shown once",
  params: z.strictObject({
    kind: z.enum(BRIDGE_KIND_NAMES),
    prefix: topicPrefix.optional().meta({ description: 'the first part of its topics, where it is another' }),
    topics: topicPrefixes.optional().meta({ description: 'what it uses beside its prefix, with commas between' }),
    house: houseParam.optional(),
    name: newBridgeName.optional().meta({ description: 'what it is to be called, where there are two of a kind' }),
  }),
  result: z.strictObject({
    says: z.string(),
    /** What to write where it is set up, a line each. */
    write: z.array(toType),
    ...access,
    bridge: z.string(),
    topics: z.array(z.string()),
    house: z.string(),
  }),
  examples: [
    { says: 'Zigbee2MQTT on this machine', params: { kind: 'zigbee2mqtt' } },
    { says: 'a second one', params: { kind: 'zigbee2mqtt', name: 'attic', prefix: 'attic' } },
    { says: 'all Tasmota devices', params: { kind: 'tasmota' } },
  ],
  positional: ['kind'],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { hub }) => hub.plain(),
  run(context, params) {
    const { db, now, topics: own } = context
    const known = BRIDGE_KINDS[params.kind]
    const name = params.name ?? params.kind
    const prefix = params.prefix ?? known.prefix
    const beside = params.topics ?? known.beside.filter((topic) => topic !== prefix)
    if (bridgeCalled(db, name))
      throw new LaresError('already_exists', `there is a bridge ${name} already`, {
        hint: `For a new password of it: lares bridges password ${name}. For a second one choose a name: --name.`,
      })
    if (bridgeRows(db).length >= BRIDGES.most)
      throw new LaresError('bad_params', `this hub has ${BRIDGES.most} bridges already`, {
        hint: 'Let programs of one kind and house share a login, or remove one: lares bridges remove NAME.',
      })
    refuseTooMany(beside)
    refuseTakenTopics({ db, base: own.base }, [prefix, ...beside])
    const house = houseNamed(context, params.house)
    const id = context.id()
    const { password, hash } = bridgePassword(context)
    db.prepare(
      'INSERT INTO bridges (id, name, dialect, prefix, beside, house_id, secret_hash, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ).run(id, name, known.dialect, prefix, JSON.stringify(beside), house, hash, now, now)
    context.addEvent({
      ...{ type: 'bridge_added', house, source: 'user' },
      data: { name, prefix, topics: [prefix, ...beside], by: context.caller.principal },
    })
    context.changed()
    const { server, warnings } = context.prepared as { server: string; warnings: string[] }
    const user = bridgeLogin(name)
    const write = whatToWrite({ bridge: name, kind: params.kind, server, user, password, prefix, beside })
    const says = `${name} may log in. What it announces waits in lares makers list until you accept it. Write down where it is set up:`
    const houseName = db.prepare('SELECT name FROM houses WHERE id = ?').pluck().get(house) as string
    return {
      ...{ says, write, user, password, server, warnings, bridge: name, topics: [prefix, ...beside], house: houseName },
    }
  },
})

/** Throws `bad_params`. */
export function refuseTooMany(beside: readonly string[]): void {
  if (beside.length <= BRIDGES.topics) return
  throw new LaresError('bad_params', `topics: more than ${BRIDGES.topics}`, {
    hint: 'Give its devices topics with a common first part, and name that one.',
  })
}

/** A new one, and what is kept of it. */
export function bridgePassword(context: CallContext): { password: string; hash: string } {
  const password = Buffer.from(context.random(SECRET_BYTES)).toString('base64url')
  return { password, hash: hashSecret(password) }
}
