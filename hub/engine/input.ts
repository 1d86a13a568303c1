import type { ErrorCode } from '../../shared/errors.ts'
import type { LogLevel } from '../../shared/log-board.ts'
import type { AdminRequest } from '../../shared/messages/admin-request.ts'
import type { BrokerChange } from './broker-change.ts'
import type { Caller } from './caller.ts'
import type { Credentials } from './principal.ts'
import type { SyncStep } from './sync-step.ts'

/** What the engine is asked to do beyond a device's message. Everything in it survives a structured clone. */
export type StructuredInput =
  | {
      kind: 'command'
      area: string
      verb: string
      request: AdminRequest
      caller: Caller
      retained: boolean
      /** Monotonic clock after which it is not to be run; absent: no limit. */
      deadline?: number
      prepared?: unknown
    }
  | { kind: 'presence'; device: string; online: boolean; reason: string; address?: string }
  | { kind: 'turn_end'; device: string; turn: string; payload: Buffer | null; recording: Recording | null }
  | { kind: 'authenticate'; credentials: Credentials }
  /** `session` alone may read the answer. */
  | { kind: 'join'; client: string; session: string; payload: Buffer }
  /** Changes of the broker's memory, in order. Storing them again changes nothing. */
  | { kind: 'broker'; changes: BrokerChange[] }
  | { kind: 'reject'; device: string; topic: string; payload: Buffer; code: 'unknown_topic' | 'not_allowed' }
  | { kind: 'sync'; change: SyncStep }
  | { kind: 'api_call'; area: string; verb: string; caller: Caller; ok: boolean; times: number }
  /** The file system of the data folder, once a minute: its size as this user may use it, and what is free. */
  | { kind: 'disk'; totalBytes: number; freeBytes: number }

/** A finished WAV file, synced and in place before its turn is committed. */
export interface Recording {
  file: string
  bytes: number
  frames: number
  lostFrames: number
  durationMs: number
  sha256: string
  crc32: number
  /** Who closed it: the device, or the hub because the cap was reached, frames stopped coming, or it stops itself. */
  closedBy: 'device' | 'cap' | 'silence' | 'stop'
}

/** What happened to an input. `refused` never reached a handler: the caller may do nothing about it. */
export const VERDICTS = ['stored', 'duplicate', 'rejected', 'refused'] as const
export type Verdict = (typeof VERDICTS)[number]

/** Something to be done after the commit, at most once. What others must eventually see is derived again at start. */
export type Effect =
  /** `to` is the only session that may read it; absent: whoever may read the topic. */
  | { kind: 'publish'; topic: string; payload: string; qos: 0 | 1; retain: boolean; to?: string }
  | { kind: 'disconnect'; device: string; reason: string }
  /** `token`: only what logged in with it. */
  | { kind: 'disconnect_user'; user: string; token?: string; reason: string }
  /** Until when an invitation is open, or `null`. */
  | { kind: 'joining'; until: number | null }
  | { kind: 'delete_clip'; file: string }
  | { kind: 'keep_files'; clips: string[] }
  /** A person said that this hub is its site's, or that something of central is to be done now. */
  | { kind: 'sync'; ask: 'claimed' | 'wake' }
  /** Something belongs into the hub's health under this name; `null`: no longer. */
  | { kind: 'problem'; name: string; problem: { code: ErrorCode; message: string } | null }
  /** A person wants a part of the hub to say more or less. */
  | { kind: 'log_level'; part: string; level: LogLevel }
