import { decode } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'
import type { RandomBytes } from '../../shared/ids.ts'
import { systemRandom } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import type { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import type { Topics } from '../../shared/topics.ts'
import { forgetOldAnswers } from '../admin/request-memory.ts'
import { noteCall, runCommand } from '../admin/run-command.ts'
import type { Context, Store } from '../engine/context.ts'
import { Engine, type HouseInput } from '../engine/engine.ts'
import type { Feature } from '../engine/feature.ts'
import type { StructuredInput, Verdict } from '../engine/input.ts'
import { openDevices } from '../features/devices/devices.ts'
import { countTry, join } from '../features/devices/joining.ts'
import { announce } from '../features/events/announce.ts'
import { EventLog } from '../features/events/event-log.ts'
import { eventIngest } from '../features/events/ingest.ts'
import { ensureHouse } from '../features/house/default-house.ts'
import { seedCompanion } from '../features/personas/seed.ts'
import { brokerStore } from '../features/plumbing/broker-store.ts'
import { openRetention } from '../features/retention/retention.ts'
import type { Unsent } from '../features/retention/unsent.ts'
import { openSessions } from '../features/sessions/sessions.ts'
import { openSync } from '../features/sync/book.ts'
import { unsentRows } from '../features/sync/unsent-rows.ts'
import { openTelemetry } from '../features/telemetry/telemetry.ts'
import { authenticate } from '../features/users/authentication.ts'
import { openTokens } from '../features/users/tokens.ts'
import { centralTables } from '../store/central-tables.ts'

const HOUR_MS = 3_600_000

export interface HouseParts {
  db: Database
  topics: Topics
  log: Log
  version: string
  random?: RandomBytes
  /** Whether this house has a central: then rows leave only once central has them. Default false. */
  central?: boolean
  /** Marks the log of a database in a file; without it, as in memory, there is none. */
  stamp?: LogStamp
  /** What central does not have yet; default: what the sync feature knows of it. */
  unsent?: Unsent
}

/** Puts the features together over one migrated database: the engine a hub runs in a thread and tests run in memory. */
export function openHouseEngine(parts: HouseParts): Engine {
  const { db, topics, version, log } = parts
  const store: Store = { db, topics, version, tables: centralTables(), random: parts.random ?? systemRandom }
  const eventLog = new EventLog(db)
  const devices = openDevices(db)
  const telemetry = openTelemetry(db, {
    entities: devices.entities,
    clocks: devices.clocks,
    directory: devices.directory,
  })
  const sessions = openSessions(db)
  const sync = openSync(db)
  const unsent = parts.unsent ?? unsentRows(db, { configured: parts.central ?? false })
  const retention = openRetention(db, { unsent })
  const storeBrokerChange = brokerStore(db)
  let answersForgottenAt = 0
  const ground: Feature = {
    name: 'ground',
    vital: true,
    start(context) {
      ensureHouse(context)
      seedCompanion(context)
      forgetOldAnswers(context)
      context.addEvent({ type: 'hub_started', data: { version } })
    },
    tick(context) {
      if (Math.abs(context.now - answersForgottenAt) < HOUR_MS) return
      forgetOldAnswers(context)
      context.committed(() => {
        answersForgottenAt = context.now
      })
    },
  }
  const events: Feature = {
    name: 'events',
    ingest: eventIngest(devices.clocks, (device, sensor) => devices.entities.find(device, sensor)?.id),
  }

  function structured(input: HouseInput, context: Context): { verdict: Verdict; value?: unknown } {
    switch (input.kind) {
      case 'command':
        return { verdict: 'stored', value: runCommand(context, input) }
      case 'api_call':
        noteCall(context, input)
        return { verdict: 'stored' }
      case 'presence':
        devices.connection(context, input)
        return { verdict: 'stored' }
      case 'authenticate':
        return { verdict: 'stored', value: authenticate(context, input.credentials) }
      case 'join':
        return joined(context, input)
      case 'turn_end':
        return turnEnded(context, input)
      case 'broker':
        for (const change of input.changes) storeBrokerChange(change, context.now)
        return { verdict: 'stored' }
      case 'sync':
        return { verdict: 'stored', value: sync.apply(context, input.change) }
      case 'disk':
        return { verdict: 'stored', value: retention.disk(context, input) }
    }
  }

  function joined(context: Context, input: { client: string; session: string; payload: Buffer }): { verdict: Verdict } {
    const decoded = decode('join-request', Buffer.from(input.payload))
    let response: unknown
    try {
      if (!decoded.ok) throw new LaresError(decoded.code, decoded.reason)
      response = { ok: true, ...join(context, decoded.value) }
      if (decoded.value.leaves !== undefined) devices.left(context, decoded.value.leaves)
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      if (decoded.ok && error.code === 'bad_code') countTry(context, decoded.value.code)
      response = { ok: false, error: { code: error.code, message: error.message, hint: error.hint } }
    }
    const topic = context.topics.build('joinResponse', { client: input.client })
    const payload = JSON.stringify(response)
    context.effect({ kind: 'publish', topic, payload, qos: 1, retain: false, to: input.session })
    return { verdict: 'stored' }
  }

  function turnEnded(context: Context, input: Extract<StructuredInput, { kind: 'turn_end' }>): { verdict: Verdict } {
    const house = devices.directory.find(input.device)?.house
    if (house === undefined) return { verdict: 'refused' }
    const decoded = input.payload ? decode('turn', Buffer.from(input.payload)) : null
    if (decoded && !decoded.ok) throw new LaresError(decoded.code, decoded.reason)
    const message = decoded?.ok ? decoded.value : null
    return { verdict: sessions.turns.end(context, { ...input, house, message }) }
  }

  return new Engine({
    store,
    log,
    ...(parts.stamp && { stamp: parts.stamp }),
    features: [ground, devices, telemetry, events, sessions, openTokens(db), sync, retention],
    structured,
    houseOf: (device) => devices.directory.find(device)?.house ?? null,
    heard: (device, now) => devices.signs.seen(device, now),
    addEvent(event, context) {
      eventLog.add(event, context.now)
      announce(context, event)
    },
  })
}
