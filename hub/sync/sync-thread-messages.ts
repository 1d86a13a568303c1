import type { SyncStep } from '../engine/sync-step.ts'
import type { CentralTable } from '../store/central-shape.ts'
import type { SyncStatus } from './sync-status.ts'
import type { VerifyAnswer, VerifyQuestion } from './verify.ts'

/** How the sync thread is started. */
export interface SyncSettings {
  /** The hub's database. */
  file: string
  tables: CentralTable[]
  url: string
  version: string
  logLevel: string
  bytesPerSecond: number | null
}

export type ToSync =
  | { kind: 'persisted'; id: number; value: unknown }
  | { kind: 'not_persisted'; id: number; reason: string }
  | { kind: 'claimed' }
  | { kind: 'wake' }
  /** The house's own work keeps the engine busy, or does so no longer. */
  | { kind: 'busy'; busy: boolean }
  | { kind: 'verify'; id: number; question: VerifyQuestion }
  | { kind: 'stop' }

export type FromSync =
  | { kind: 'persist'; id: number; step: SyncStep }
  | { kind: 'status'; status: SyncStatus }
  | { kind: 'verified'; id: number; answer: VerifyAnswer }
  | { kind: 'not_verified'; id: number; reason: string }
  | { kind: 'stopped' }
