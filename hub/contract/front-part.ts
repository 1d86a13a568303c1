import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { ParsedTopic, TopicName, Topics } from '../../shared/topics.ts'
import type { ProblemCode } from '../engine/health-problem.ts'
import type { EffectKind, EffectOf, StructuredInput, Verdict } from '../engine/input.ts'
import type { Settled } from '../engine/intake.ts'
import type { HubFiles } from '../engine/job-run.ts'
import type { SecretReader } from '../secrets/secret-reader.ts'
import type { Feed } from './feed.ts'
import type { LookedHub } from './looked-hub.ts'
import type { Metric } from './metric.ts'
import type { SoundTaker } from './sound-taker.ts'
import type { SpeechDesk } from './speech-desk.ts'

/** What the front has for a feature's part of it. There is no database here: what is to last goes to the engine. */
export interface Front {
  topics: Topics
  clock: Clock
  log: Log
  /** As `hub.toml` says, for a thread of its own. */
  logLevel: string
  /** The sections of `hub.toml`. */
  settings: Readonly<Record<string, unknown>>
  /** The hub's local socket: whoever may open it is the hub's own administrator. */
  socket: string
  /** What lets the hub in where its settings say that something is. */
  secrets: SecretReader
  /** What is wrong with this part, by a name of its own, until it is cleared. */
  health: { raise(name: string, code: ProblemCode, message: string): void; clear(name: string): void }
  /** How the hub is, as only its front knows; for two seconds at most, and it never rejects. */
  facts(): Promise<LookedHub>
  /** Hands something to the engine; resolves when it is on the disk. */
  input<T = unknown>(input: StructuredInput): Promise<{ verdict: Verdict; value: T }>
  /** For a message that it cannot read: kept as rejected with what is wrong with it, and its sender is told. */
  reject(message: FrontMessage, settle: (verdict: Settled) => void): void
  /** What makes this hub this hub. */
  hub: HubFiles
  /** Ends this hub in order and begins it again, on the same machine and with the same words; `null` where it cannot. Returns at once. */
  startAgain: ((why: string) => void) | null
  /** What a fleeting follower shows. */
  feed(name: string): Feed
  /** The hub's data folder. */
  folder: string
  /** Sends at once, beside the engine: for what is worth nothing later. Nothing happens where nobody reads the topic. */
  send(message: { topic: string; payload: string | Buffer; qos: 0 | 1 }): void
  /** Whether somebody reads the topic now. */
  reaches(topic: string): boolean
}

/** A message of a device, on a topic that it may publish. */
export interface FrontMessage {
  device: string
  topic: ParsedTopic
  /** The whole topic, as it came. */
  text: string
  payload: Buffer
}

/**
 * Takes a message instead of the engine. `settle` is called once: only then is it acknowledged, so it waits for whatever
 * must be on the disk. After a throw it is settled as a fault, and its client sends it again.
 */
export type FrontTaker = (message: FrontMessage, settle: (verdict: Settled) => void) => void

/** A feature beside the broker. What it throws is logged and nobody else's. */
export interface FrontPart {
  /** As its feature is called. */
  name: string
  /** Topics that it takes instead of the engine. */
  messages?: { [N in TopicName]?: FrontTaker }
  /** Hears messages of devices as they come, before whoever takes them; a throw is logged and changes nothing. */
  overhears?: { [N in TopicName]?: (message: FrontMessage) => void }
  /** Takes the sound of a turn that begins, beside the recording. */
  sound?(device: string, turn: string): SoundTaker[]
  /** Hears and speaks for whoever is at the page. */
  speech?: SpeechDesk
  /** Hears what integrations say to each other below `homeassistant/`: it goes on all the same. */
  hears?(message: { topic: string; payload: Buffer }): void
  /** Effects of its kinds, after the commit that wanted them. */
  effects?: { [K in EffectKind]?: (effect: EffectOf<K>) => unknown }
  /** How it is now, for the commands of its feature. */
  state?(): unknown
  /**
   * Keeps what the engine must not get, for a minute: what a command was told that nobody may store. An effect says with the ticket that is
   * returned that it is wanted. Throws a `LaresError` where it is of no use now.
   */
  keep?(secret: string | null): string
  /** Its numbers at `/metrics`. */
  metrics?: readonly Metric[]
  /** Started with the hub as a part of its own: when it fails, the others go on, and it is tried again. */
  start?(): Promise<void> | void
  stop?(): Promise<void> | void
}

export type OpenFrontPart = (front: Front) => FrontPart
