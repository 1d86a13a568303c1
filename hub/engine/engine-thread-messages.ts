import type { ErrorCode } from '../../shared/errors.ts'
import type { CentralTable } from '../store/central-shape.ts'
import type { Batch } from './batch.ts'
import type { BrokerChange } from './broker-change.ts'
import type { Failing } from './contained-features.ts'
import type { BatchResult } from './engine.ts'
import type { Effect } from './input.ts'
import type { LedgerTotals } from './ledger.ts'
import type { Receipt } from './receipt.ts'
import type { WrittenByCause } from './write-book.ts'

/** What the engine's thread opens. */
export interface EngineSettings {
  folder: string
  /** The folder with the keys of what is sealed. */
  keys: string
  base: string
  version: string
  logLevel: string
  /** Whether rows are sent to a central. */
  central: boolean
  /** The sections of features in `hub.toml`, read and checked. */
  sections: Readonly<Record<string, unknown>>
  /** Wall clock at start. */
  receipt: Receipt
}

export type ToEngine =
  /** The first of all. */
  | { kind: 'open'; settings: EngineSettings }
  | { kind: 'batch'; batch: Batch; receipt: Receipt }
  | { kind: 'tick'; receipt: Receipt }
  | { kind: 'probe'; receipt: Receipt }
  | { kind: 'stop'; receipt: Receipt }

/** Facts of the store at start, from which the front rebuilds what others see. */
export interface ReadyFacts {
  effects: Effect[]
  brokerChanges: BrokerChange[]
  houses: [device: string, house: string][]
  /** What a person must know of the store, in sentences. */
  toTell: string[]
  /** The last end was not clean, and most of the database is not checked yet. */
  unchecked: boolean
  /** What leaves the house, and what it becomes at central. */
  tables: CentralTable[]
}

/** Sizes and times of the store, for metrics. */
export interface StoreNumbers {
  commitMs: number
  walBytes: number
  ledger: LedgerTotals
  /** Parts of the house that failed and are tried again. */
  failing: Failing[]
  /** What was written to the disk since the start. Told with ticks, once a second. */
  writes?: WrittenByCause
}

export type FromEngine =
  | ({ kind: 'ready' } & ReadyFacts)
  | { kind: 'failed'; code: ErrorCode; message: string; hint: string }
  | { kind: 'result'; result: BatchResult; buffer: ArrayBuffer; numbers: StoreNumbers }
  | { kind: 'fault'; code: ErrorCode; message: string; buffer: ArrayBuffer | null }
  /** A fault of ours ended the transaction: nothing of it was kept, and the engine goes on. */
  | { kind: 'broken'; message: string; buffer: ArrayBuffer | null }
  | { kind: 'effects'; effects: Effect[]; numbers: StoreNumbers }
  | { kind: 'healthy' }
  | { kind: 'stopped'; effects: Effect[] }
