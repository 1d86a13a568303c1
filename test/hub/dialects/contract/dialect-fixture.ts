import type { Dialect } from '../../../../hub/dialects/dialect.ts'
import type { Publication, SaidState } from '../../../../hub/dialects/said.ts'
import type { EntityOrder } from '../../../../shared/entity-order.ts'

/** A message as a broker hands it over. Texts are as they are, the rest is JSON. */
export interface FixtureMessage {
  topic: string
  payload: unknown
  retained?: boolean
}

/** Something that can be told, as its maker's documentation has it. */
export interface Actuator {
  /** light, switch, cover, … and what it is told. */
  what: string
  uniqueId: string
  order: EntityOrder
  /** What is published, in this order. */
  told: readonly Pick<Publication, 'topic' | 'payload'>[]
  /** What the device said before, which is not yet what it was told. */
  before: readonly FixtureMessage[]
  /** What it says once it has done it; `null`: no state tells of it. */
  after: readonly FixtureMessage[] | null
}

/** What the contract of dialects needs of each of them: one small house at one program. */
export interface DialectFixture {
  dialect: Dialect
  /** Where the program publishes, and a second one at the same broker. */
  prefixes: readonly [string, string]
  /** Announces one device, called so, and at some a neighbour that stays. */
  announce(prefix: string, name: string): readonly FixtureMessage[]
  /** The same without that device. */
  withdraw(prefix: string): readonly FixtureMessage[]
  /** What identifies that device at this prefix. */
  identities(prefix: string): readonly string[]
  /** Unique ids of its entities, whatever it is called. */
  uniqueIds(prefix: string): readonly string[]
  /** Two different states of one of them, as messages, and what they come to. */
  states(prefix: string, name: string): readonly [StateSaid, StateSaid]
  /** What says that it can be reached, and that it cannot. */
  online(prefix: string, name: string): readonly FixtureMessage[]
  offline(prefix: string, name: string): readonly FixtureMessage[]
  /** A device with something of every kind that can be told, at the first prefix. */
  actuators: { announce: readonly FixtureMessage[]; all: readonly Actuator[] }
  /** What makes the device say its state, where something does. */
  asks: readonly Pick<Publication, 'topic' | 'payload'>[]
}

export interface StateSaid {
  message: FixtureMessage
  uniqueId: string
  state: SaidState
}
