import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { bridgeLogin } from '../../engine/bridge-at-broker.ts'
import { access, addBridge, bridgePassword, refuseTooMany } from './add-bridge.ts'
import { type BridgeRow, bridgeCalled, bridgeRows, topicsOf } from './bridge-rows.ts'
import { sourceOfBridge } from './source-of-bridge.ts'
import { refuseTakenTopics, topicPrefixes } from './topic-prefix.ts'

const bridgeName = text(60).min(1)

const listBridges = adminCommand({
  area: 'bridges',
  verb: 'list',
  needs: 'administer',
  summary: "Programs of other makers that may log in at the hub's own broker",
  params: z.strictObject({}),
  result: z.strictObject({
    /** How to begin, where there is none. */
    says: z.string().optional(),
    bridges: z.array(
      z.strictObject({
        bridge: z.string(),
        is_connected: z.boolean(),
        /** When it last logged in, to the hour. */
        last_used_at: time.nullable(),
        /** Half of one is of no use. */
        topics: z.array(z.string()).meta({ format: 'id' }),
        house: z.string(),
        user: z.string(),
        created_at: time,
        dialect: z.string(),
      }),
    ),
  }),
  examples: [{ says: 'all', params: {} }],
  changes: false,
  prepare: async (_params, { bridgesInUse }) => bridgesInUse(),
  run({ db, prepared }) {
    const connected = new Set(prepared as string[])
    const bridges = bridgeRows(db).map((row) => ({
      ...{ bridge: row.name, is_connected: connected.has(row.id), last_used_at: row.last_used_at },
      ...{ topics: topicsOf(row), house: row.house_name, dialect: row.dialect, user: bridgeLogin(row.name) },
      created_at: row.created_at,
    }))
    const says = 'No bridge may log in yet. For Zigbee2MQTT: lares bridges add zigbee2mqtt'
    return { ...(bridges.length === 0 ? { says } : {}), bridges }
  },
})

const removeBridge = adminCommand({
  area: 'bridges',
  verb: 'remove',
  needs: 'administer',
  summary: 'Let a bridge in no more; its devices stay, with their history, and are offline',
  params: z.strictObject({ bridge: bridgeName }),
  result: z.strictObject({ says: z.string(), bridge: z.string() }),
  examples: [{ says: 'one that moved to a broker of its own', params: { bridge: 'zigbee2mqtt' } }],
  positional: ['bridge'],
  changes: true,
  danger({ db }, params) {
    const { name } = bridgeNamed(db, params.bridge)
    const devices = devicesOf(db, name)
    if (devices === 0) return null
    const which = devices === 1 ? 'the device that it speaks for is' : `the ${devices} devices that it speaks for are`
    return `${name} will be shut out at once, and ${which} offline until another bridge or broker has ${devices === 1 ? 'it' : 'them'}.`
  },
  run(context, params) {
    const { id, name, house } = bridgeNamed(context.db, params.bridge)
    context.db.prepare('DELETE FROM bridges WHERE id = ?').run(id)
    context.effect({ kind: 'disconnect_bridge', bridge: id, reason: 'it was removed' })
    context.addEvent({
      ...{ type: 'bridge_removed', house, source: 'user' },
      data: { name, by: context.caller.principal },
    })
    context.changed()
    return { says: `${name} is shut out. Its devices are taken out with lares devices revoke.`, bridge: name }
  },
})

const rebridgePassword = adminCommand({
  area: 'bridges',
  verb: 'password',
  needs: 'administer',
  summary: 'Make a new password for a bridge; the old one is worthless at once',
  params: z.strictObject({ bridge: bridgeName }),
  result: z.strictObject({ says: z.string(), ...access }),
  examples: [{ says: 'one that somebody saw', params: { bridge: 'zigbee2mqtt' } }],
  positional: ['bridge'],
  changes: true,
  secretAnswer: true,
  prepare: async (_params, { hub }) => hub.plain(),
  run(context, params) {
    const { id, name, house } = bridgeNamed(context.db, params.bridge)
    const { password, hash } = bridgePassword(context)
    context.db.prepare('UPDATE bridges SET secret_hash = ?, updated_at = ? WHERE id = ?').run(hash, context.now, id)
    context.effect({ kind: 'disconnect_bridge', bridge: id, reason: 'it has another password' })
    context.addEvent({
      ...{ type: 'bridge_changed', house, source: 'user' },
      data: { name, what: 'password', by: context.caller.principal },
    })
    const { server, warnings } = context.prepared as { server: string; warnings: string[] }
    return { says: `${name} needs this password from now on:`, user: bridgeLogin(name), password, server, warnings }
  },
})

const updateBridge = adminCommand({
  area: 'bridges',
  verb: 'update',
  needs: 'administer',
  summary: 'Say what topics a bridge uses beside its prefix; it connects again',
  params: z.strictObject({
    bridge: bridgeName,
    topics: topicPrefixes.meta({ description: 'all of them, with commas between; "" for none' }),
  }),
  result: z.strictObject({ bridge: z.string(), topics: z.array(z.string()) }),
  examples: [{ says: 'ESPHome nodes and plugs', params: { bridge: 'esphome', topics: 'esphome,plugs' } }],
  positional: ['bridge', 'topics'],
  changes: true,
  run(context, params) {
    const { db, now, topics: own } = context
    const { id, name, prefix, house } = bridgeNamed(db, params.bridge)
    const topics = [prefix, ...params.topics]
    refuseTooMany(params.topics)
    refuseTakenTopics({ db, base: own.base }, topics, name)
    db.prepare('UPDATE bridges SET beside = ?, updated_at = ? WHERE id = ?').run(JSON.stringify(params.topics), now, id)
    // What it may subscribe to is asked when it does.
    context.effect({ kind: 'disconnect_bridge', bridge: id, reason: 'its topics were changed' })
    context.addEvent({
      ...{ type: 'bridge_changed', house, source: 'user' },
      data: { name, what: 'topics', topics, by: context.caller.principal },
    })
    context.changed()
    return { bridge: name, topics }
  },
})

/** Throws `not_found` with the nearest name. */
function bridgeNamed(db: Database, given: string): BridgeRow {
  const row = bridgeCalled(
    db,
    given
      .trim()
      .toLowerCase()
      .replace(/@bridges$/, ''),
  )
  if (row) return row
  const nearest = nearestName(
    given,
    bridgeRows(db).map(({ name }) => name),
  )
  throw new LaresError('not_found', `there is no bridge ${given}`, {
    hint: nearest === null ? 'See lares bridges list.' : `Did you mean ${nearest}? See lares bridges list.`,
  })
}

function devicesOf(db: Database, name: string): number {
  return Number(
    db
      .prepare("SELECT count(*) FROM maker_devices WHERE source = ? AND speaks = 1 AND status = 'accepted'")
      .pluck()
      .get(sourceOfBridge(name)),
  )
}

export const COMMANDS = [addBridge, listBridges, updateBridge, rebridgePassword, removeBridge] as const
