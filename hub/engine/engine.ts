import { decode } from '../../shared/codec.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError, hintFor, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { LogStamp } from '../../shared/sqlite/log-stamp.ts'
import { isDiskFault } from '../../shared/sqlite/open.ts'
import type { ParsedTopic } from '../../shared/topics.ts'
import { topicRow } from '../../shared/topics.ts'
import { type Batch, readBatch } from './batch.ts'
import { BatchContext } from './batch-context.ts'
import { Books } from './books.ts'
import { ContainedFeatures, type Failing } from './contained-features.ts'
import type { Context, NewEvent, Store } from './context.ts'
import type { Feature, Origin } from './feature.ts'
import { Flushes } from './flushes.ts'
import { type Handlers, handlersOf, type MessageHandler } from './handlers.ts'
import { HouseTime } from './house-time.ts'
import type { Effect, InputOf, Verdict } from './input.ts'
import { VERDICTS } from './input.ts'
import type { CountedBy, LedgerTotals } from './ledger.ts'
import { identityOf, looseEpoch, looseIdentity, type MessageIdentity } from './message-identity.ts'
import type { Receipt } from './receipt.ts'
import type { RefusedMessage } from './rejected-messages.ts'
import { RejectedMessages } from './rejected-messages.ts'
import { TopicMemory } from './topic-memory.ts'
import type { WriteBook } from './write-book.ts'

/** What a batch did. `verdicts[i]` is the index into VERDICTS of input i. */
export interface BatchResult {
  verdicts: Uint8Array
  /** Return values of structured inputs by their position. */
  values: [number, unknown][]
  effects: Effect[]
  ledger: LedgerTotals
}

export interface EngineParts {
  store: Store
  features: Feature[]
  /** The house of a device that may speak; `null` when it is unknown or revoked. */
  houseOf: (device: string) => string | null
  /** Told of every message of a device that may speak, whatever becomes of it. Must not write. */
  heard: (device: string, now: number) => void
  /** Told of every message that was not understood, or not all of it. Must not write. */
  refused?: (device: string, now: number) => void
  addEvent: (event: NewEvent, context: Context) => void
  /** Marks the database's log as its own, inside the transaction. Without it, as in memory, there is no log. */
  stamp?: Pick<LogStamp, 'write'>
  /** Counts what each transaction writes. */
  writes: WriteBook
  log: Log
}

/**
 * The house's only writer. It takes a batch of inputs, runs each in order inside one transaction, commits with fsync,
 * and only then says what became of them and what is to be done. A deterministic machine: time and ids are handed in,
 * handlers do no I/O.
 *
 * A batch is first run as a whole. When a handler fails unexpectedly, everything is rolled back and the batch runs again
 * with a savepoint around each input, so that the broken one alone is rejected. Batches that fail are rare;
 * the savepoints are not paid by all the others.
 */
export class Engine {
  #parts: EngineParts
  #handlers: Handlers
  #books: Books
  #rejected: RejectedMessages
  #topics: TopicMemory
  #time: HouseTime
  #contained: ContainedFeatures
  #flushes: Flushes

  constructor(parts: EngineParts) {
    this.#parts = parts
    const { db } = parts.store
    this.#handlers = handlersOf(parts.features)
    this.#books = new Books(db)
    this.#rejected = new RejectedMessages(db, parts.refused)
    this.#topics = new TopicMemory(parts.store.topics)
    this.#contained = new ContainedFeatures({
      features: parts.features,
      db,
      log: parts.log,
      flush: (context) => this.#flushes.run(context),
      forget: () => this.#undone(),
    })
    this.#flushes = new Flushes({
      ...{ features: parts.features, contained: this.#contained, books: this.#books, writes: parts.writes, db },
      undone: () => this.#undone(),
    })
    this.#time = new HouseTime(db)
  }

  get ledger(): LedgerTotals {
    return this.#books.ledger.totals
  }

  /** Features that failed and are tried again. */
  get failing(): Failing[] {
    return this.#contained.failing
  }

  /** The first transaction: repairs what a crash left and derives what others must see. */
  start(receipt: Receipt): Effect[] {
    return this.#transaction(receipt, { careful: true }, (context) => {
      this.#contained.start(context)
    })
  }

  /** Once a second. */
  tick(receipt: Receipt): Effect[] {
    return this.#transaction(receipt, { careful: true }, (context) => {
      this.#contained.tick(context)
    })
  }

  /** The last transaction: writes what is kept in memory. */
  stop(receipt: Receipt): Effect[] {
    return this.#transaction(receipt, { careful: true }, (context) => {
      context.settle()
      this.#contained.stop(context)
    })
  }

  /** Writes something and commits it: whether the disk takes it again. Throws SQLite's error when it does not. */
  probe(receipt: Receipt): void {
    this.#transaction(receipt, { careful: true }, ({ db, now }) => {
      db.prepare(
        "INSERT INTO hub_settings (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      ).run(String(now))
    })
  }

  /** Throws SQLite's error when the disk fails: nothing of the batch is kept then, and nothing may be acknowledged. */
  process(batch: Batch, receipt: Receipt): BatchResult {
    try {
      return this.#run(batch, receipt, false)
    } catch (error) {
      if (isDiskFault(error)) throw error
      this.#contained.leaveOut(error)
      this.#parts.log.warn(
        { error: asError(error).message, inputs: batch.count },
        'a batch is run again, input by input',
      )
      return this.#run(batch, receipt, true)
    }
  }

  #run(batch: Batch, receipt: Receipt, careful: boolean): BatchResult {
    const verdicts = new Uint8Array(batch.count)
    const values: [number, unknown][] = []
    const topics = batch.topics.map((topic) => this.#topics.parse(topic))
    const effects = this.#transaction(receipt, { careful }, (context) => {
      const guard = careful
        ? (run: () => Verdict, failed: (error: Error) => Verdict) => this.#guarded(context, run, failed)
        : plain
      readBatch(batch, {
        message: (index, payload, position) => {
          const topic = topics[index]
          const text = batch.topics[index] ?? ''
          const verdict = topic
            ? guard(
                () => this.#message(context, topic, { text, payload }),
                (error) => this.#broken(context, topic, { text, payload, error }),
              )
            : 'refused'
          verdicts[position] = VERDICTS.indexOf(verdict)
        },
        structured: (input, position) => {
          const verdict = guard(
            () => {
              if (input.kind === 'reject') return this.#misplaced(context, input)
              const handler = this.#handlers.inputs.get(input.kind)
              if (!handler) throw new Error(`nothing in this house takes an input of the kind ${input.kind}`)
              const outcome = handler(context, input)
              values.push([position, outcome.value])
              return outcome.verdict
            },
            (error) => {
              values.push([position, { error: error.message }])
              return 'rejected'
            },
          )
          verdicts[position] = VERDICTS.indexOf(verdict)
        },
      })
    })
    return { verdicts, values, effects, ledger: this.#books.ledger.totals }
  }

  #transaction(receipt: Receipt, { careful }: { careful: boolean }, body: (context: BatchContext) => void): Effect[] {
    const { db } = this.#parts.store
    const context = new BatchContext(this.#parts.store, this.#time.of(receipt), {
      addEvent: this.#parts.addEvent,
      cause: (cause) => this.#parts.writes.cause(cause),
      flush: () => this.#flushes.run(context),
      undone: (error) => {
        this.#parts.log.error({ error: error.stack }, 'a part of an input failed and was undone; the rest of it stands')
        this.#undone()
      },
      forget: () => {
        // What features gathered from earlier inputs of this batch must not be forgotten with what they cached.
        this.#flushes.run(context)
        this.#books.streams.forgetPositions()
        this.#rejected.forget()
        this.#forgetFeatures()
      },
      settle: () => this.#books.settle(),
    })
    db.exec('BEGIN IMMEDIATE')
    this.#parts.writes.begin()
    try {
      body(context)
      if (careful) this.#flushes.last(context)
      else this.#flushes.run(context)
      if (this.#books.isSettling) context.cause('index')
      this.#books.write(context.now)
      this.#parts.stamp?.write()
      db.exec('COMMIT')
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      this.#forget()
      throw error
    }
    this.#parts.writes.committed()
    this.#books.committed()
    for (const feature of this.#parts.features) context.committed(() => feature.afterCommit?.(context))
    context.runCommitted((error) =>
      this.#parts.log.error({ error: asError(error).stack }, 'a step after the commit failed'),
    )
    return [...this.#acks(), ...context.effects]
  }

  #message(context: BatchContext, topic: ParsedTopic, message: { text: string; payload: Buffer }): Verdict {
    const device = topic.levels.device
    if (device === undefined) return 'refused'
    const house = this.#parts.houseOf(device)
    if (house === null) return 'refused'
    this.#parts.heard(device, context.now)
    const decoded = decode(topicRow(topic.name).message, message.payload)
    const handler = this.#handlers.messages.get(topic.name)
    if (!decoded.ok || !handler) {
      const { code, reason } = decoded.ok ? NOBODY_TAKES_IT : decoded
      const identity = looseIdentity(message.payload)
      if (identity && !this.#books.streams.advance(device, identity.epoch, identity)) return this.#duplicate()
      return this.#reject({ ...message, context, device, identity, code, reason })
    }
    const identity = identityOf(decoded.value)
    if (identity && !this.#books.streams.advance(device, identity.epoch, identity)) return this.#duplicate()
    let countedBy: CountedBy = identity ? 'ledger' : 'memory'
    const mark = () => {
      const carried = identity
        ? this.#books.streams.carry(device, identity.epoch, { ...identity, now: context.now })
        : 0
      if (carried !== null) countedBy = 'row'
      return carried
    }
    const origin: Origin = { device, house, lane: identity?.lane ?? null, mark }
    let refused: ReturnType<MessageHandler>
    try {
      refused = handler(context, decoded.value, origin)
    } catch (error) {
      // A handler refuses with LaresError before its first write; anything else makes the batch run again, carefully.
      if (!(error instanceof LaresError)) throw error
      return this.#reject({ ...message, context, device, identity, code: error.code, reason: error.message })
    }
    if (topic.name === 'birth') this.#books.streams.tell(device, (decoded.value as { epoch: string }).epoch)
    if (refused) this.#rejected.refuse({ ...message, context, device, ...refused })
    this.#books.ledger.count('applied', countedBy)
    return 'stored'
  }

  /** A message on a topic that is not the device's to use. */
  #misplaced(context: BatchContext, input: InputOf<'reject'>): Verdict {
    const { device, topic: text, code } = input
    const reason =
      code === 'unknown_topic' ? `no message is sent to ${text}` : `${text} is not a topic this device may publish`
    return this.#reject({
      context,
      device,
      text,
      payload: Buffer.from(input.payload),
      identity: null,
      code,
      reason: cutText(reason, 300),
    })
  }

  #duplicate(): Verdict {
    this.#books.ledger.count('duplicate')
    return 'duplicate'
  }

  #reject(refusal: RefusedMessage & { identity: MessageIdentity | null }): Verdict {
    const { device, identity, code, payload } = refusal
    if (identity) {
      const hint = hintFor(code)
      this.#books.streams.refuse(device, identity.epoch, { lane: identity.lane, seq: identity.seq, code, hint })
    }
    this.#rejected.refuse(refusal)
    this.#books.ledger.count('rejected')
    if (this.#topics.parse(refusal.text)?.name === 'birth') {
      // A device whose introduction is refused is still one that has readings to send.
      const epoch = looseEpoch(payload)
      if (epoch !== null) this.#books.streams.tell(device, epoch)
    }
    return 'rejected'
  }

  #broken(
    context: BatchContext,
    topic: ParsedTopic,
    message: { text: string; payload: Buffer; error: Error },
  ): Verdict {
    const device = topic.levels.device ?? ''
    const identity = looseIdentity(message.payload)
    if (identity) this.#books.streams.advance(device, identity.epoch, identity)
    this.#parts.log.error(
      { device, topic: message.text, error: message.error.stack },
      'a handler failed; its message is kept in rejected_messages',
    )
    const verdict = this.#reject({
      ...message,
      context,
      device,
      identity,
      code: 'handler_failed',
      reason: message.error.message,
    })
    this.#flushes.run(context)
    return verdict
  }

  /** One input inside a savepoint; whatever it wrote is gone when it fails. Disk errors end the whole batch. */
  #guarded(context: BatchContext, run: () => Verdict, failed: (error: Error) => Verdict): Verdict {
    const { db } = this.#parts.store
    db.exec('SAVEPOINT input')
    const mark = context.mark()
    const books = this.#books.mark()
    try {
      const verdict = run()
      this.#flushes.run(context)
      db.exec('RELEASE input')
      return verdict
    } catch (error) {
      if (isDiskFault(error)) throw error
      db.exec('ROLLBACK TO input')
      db.exec('RELEASE input')
      this.#books.back(books)
      context.back(mark)
      this.#undone()
      if (this.#contained.leaveOut(error)) return this.#guarded(context, run, failed)
      return failed(asError(error))
    }
  }

  #forget(): void {
    this.#books.forget()
    this.#rejected.forget()
    this.#forgetFeatures()
  }

  /** A part of the transaction was rolled back; what others of it are owed stays. */
  #undone(): void {
    this.#books.streams.forgetPositions()
    this.#rejected.forget()
    this.#forgetFeatures()
  }

  #forgetFeatures(): void {
    for (const feature of this.#parts.features) feature.forget?.()
  }

  #acks(): Effect[] {
    const { topics } = this.#parts.store
    return this.#books.streams.takeAcks().map(({ device, ...ack }) => ({
      kind: 'publish',
      topic: topics.build('ack', { device }),
      payload: JSON.stringify(ack),
      qos: 1,
      retain: false,
    }))
  }
}

/** The part of the hub that takes such messages is out of it, or could not be opened. */
const NOBODY_TAKES_IT = {
  code: 'handler_failed',
  reason: 'no part of this hub takes such a message at present; the health of the hub names a part that failed',
} as const

function plain(run: () => Verdict): Verdict {
  return run()
}
