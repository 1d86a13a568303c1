import type { LogLevel } from '../../shared/log-board.ts'
import type { ToldProblem } from './health-problem.ts'

/**
 * What the engine is asked to do beyond a device's message, by its kind. Everything in it survives a structured clone.
 * A feature adds its own where it handles it:
 * `declare module '../../engine/input.ts' { interface InputKinds { … } }`.
 */
export interface InputKinds {
  /** A message on a topic that is not the device's to use. The engine answers it itself. */
  reject: { device: string; topic: string; payload: Buffer; code: 'unknown_topic' | 'not_allowed' }
}

export type InputKind = keyof InputKinds
export type InputOf<K extends InputKind> = { [Kind in K]: { kind: Kind } & InputKinds[Kind] }[K]
export type StructuredInput = InputOf<InputKind>

/** What happened to an input. `refused` never reached a handler: the caller may do nothing about it. */
export const VERDICTS = ['stored', 'duplicate', 'rejected', 'refused'] as const
export type Verdict = (typeof VERDICTS)[number]

/**
 * Something to be done after the commit, at most once, by its kind. What others must eventually see is derived again at
 * start. A feature adds its own as it adds inputs, and its front part performs it.
 */
export interface EffectKinds {
  /** `to` is the only session that may read it; absent: whoever may read the topic. `encoding`: its bytes are no text. */
  publish: { topic: string; payload: string; qos: 0 | 1; retain: boolean; to?: string; encoding?: 'base64' }
  /** The house of a device that is new or has moved: who may hear of it. */
  device_house: { device: string; house: string }
  disconnect: { device: string; reason: string }
  /** `token`: only what logged in with it. */
  disconnect_user: { user: string; token?: string; reason: string }
  disconnect_bridge: { bridge: string; reason: string }
  /** Something belongs into the hub's health under this name; `null`: no longer. */
  problem: { name: string; problem: ToldProblem | null }
  /** A person wants a part of the hub to say more or less. */
  log_level: { part: string; level: LogLevel }
}

export type EffectKind = keyof EffectKinds
export type EffectOf<K extends EffectKind> = { [Kind in K]: { kind: Kind } & EffectKinds[Kind] }[K]
export type Effect = EffectOf<EffectKind>
