import type { RandomBytes } from '../../shared/ids.ts'
import { systemRandom } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import type { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import type { Topics } from '../../shared/topics.ts'
import { openAdminDesk } from '../admin/engine-part.ts'
import type { Store } from '../engine/context.ts'
import { Engine } from '../engine/engine.ts'
import type { OpenFeature } from '../engine/feature.ts'
import { type Follower, followersByName } from '../engine/follower.ts'
import { OpeningHouse } from '../engine/house.ts'
import { type JobKind, jobKinds } from '../engine/job-kind.ts'
import { WriteBook } from '../engine/write-book.ts'
import { findAdminCommand } from '../features/commands.ts'
import { DECLARED_EVENTS } from '../features/declared-events.ts'
import { openDevices } from '../features/devices/engine.ts'
import { announce } from '../features/events/announce.ts'
import { EventLog } from '../features/events/event-log.ts'
import { typeOfEvent } from '../features/events/type-of.ts'
import { openRefusals } from '../features/rejected/refusals.ts'
import { Keyring } from '../secrets/keyring.ts'
import { centralTables } from '../store/central-tables.ts'
import { ENGINE_PARTS, FOLLOWER_KINDS, JOB_KINDS } from './engine-parts.ts'

export interface HouseParts {
  db: Database
  topics: Topics
  log: Log
  version: string
  random?: RandomBytes
  /** The keys of what is sealed. Default: none, so that nothing can be. */
  keyring?: Keyring
  /** Whether this house has a central: then rows leave only once central has them. Default false. */
  central?: boolean
  /** The sections of `hub.toml`. Default: none, so that every feature has its defaults. */
  settings?: Readonly<Record<string, unknown>>
  /** Marks the log of a database in a file; without it, as in memory, there is none. */
  stamp?: LogStamp
  /** See `House`. Default: there is no file in which anything could be left. */
  forgetRemoved?: () => boolean
  /** Counts what is written. Default: one without a log, by which a commit writes nothing. */
  writes?: WriteBook
  /** What the house consists of; default: the parts of all features. */
  features?: readonly OpenFeature[]
  /** Kinds of durable jobs; default: those of the features. */
  jobKinds?: readonly JobKind[]
  /** What follows append tables; default: what the features have. */
  followers?: readonly Follower[]
  /** What stands in for something that features share, by the function that opens it. */
  replaced?: ReadonlyMap<unknown, unknown>
}

/** Puts the features together over one migrated database: the engine a hub runs in a thread and tests run in memory. */
export function openHouseEngine(parts: HouseParts): Engine {
  const { db, topics, version, log, central = false, settings = {}, random = systemRandom } = parts
  const { keyring = new Keyring(() => []), forgetRemoved = () => true, writes = new WriteBook(db) } = parts
  const kinds = jobKinds(parts.jobKinds ?? JOB_KINDS)
  const typeOf = typeOfEvent(DECLARED_EVENTS)
  const store: Store = {
    ...{ db, topics, version, tables: centralTables(), jobKinds: kinds, typeOf, random, keyring },
    settings,
  }
  const followers = followersByName(parts.followers ?? FOLLOWER_KINDS)
  const house = new OpeningHouse({
    ...parts,
    jobKinds: kinds,
    followers,
    central,
    settings,
    keyring,
    forgetRemoved,
    writes,
    command: findAdminCommand,
  })
  const features = house.openAll([openAdminDesk, ...(parts.features ?? ENGINE_PARTS)])
  const devices = house.use(openDevices)
  const refusals = house.use(openRefusals)
  const eventLog = new EventLog(db, typeOf)
  return new Engine({
    store,
    log,
    ...(parts.stamp && { stamp: parts.stamp }),
    writes,
    features,
    houseOf: (device) => devices.directory.find(device)?.house ?? null,
    heard: (device, now) => devices.signs.seen(device, now),
    refused: (device, now) => refusals.note(device, now),
    addEvent(event, context) {
      eventLog.add(event, context.now)
      announce(context, event)
    },
  })
}
