import type { EventType } from '../../shared/event-types.ts'
import type { AdminCommand } from '../engine/admin-command.ts'
import type { OpenFeature } from '../engine/feature.ts'
import type { Follower } from '../engine/follower.ts'
import type { Sink } from '../engine/follower-sink.ts'
import type { JobKind } from '../engine/job-kind.ts'
import type { JobRun } from '../engine/job-run.ts'
import type { OpenFrontPart } from './front-part.ts'
import type { RetentionClass } from './retention-class.ts'
import type { SettingsSection } from './settings-section.ts'

/**
 * What a feature of the hub has. Its folder's `feature.ts` says it, and one line of `hub/features/registry.ts` adds it to the
 * hub. Each part is a function that loads it: no thread loads what it does not run. It gets all features, for the few parts
 * that are about what others declare.
 */
export interface FeatureParts {
  /** As its folder is called. */
  name: string
  /** Its part of the engine: what it stores and derives, inside the engine's transactions. */
  engine?: (all: readonly FeatureParts[]) => Promise<OpenFeature>
  /** Its verbs of the admin door, in the order of its help. */
  commands?: (all: readonly FeatureParts[]) => Promise<readonly AdminCommand[]>
  /** What runs beside the broker: messages that are not stored, effects, connections to the outside. */
  front?: () => Promise<OpenFrontPart>
  /** Its kinds of durable jobs: their engine parts, and what is run of each, by the kind's name. */
  jobs?: {
    kinds: () => Promise<readonly JobKind[]>
    runners: Readonly<Record<string, () => Promise<JobRun<never>>>>
  }
  /** What follows append tables for it, and where the rows of those that work outside of the engine go, by their names. */
  followers?: {
    kinds: () => Promise<readonly Follower[]>
    sinks?: Readonly<Record<string, () => Promise<Sink<never>>>>
  }
  /** The types of events that it adds to the log, and `FeatureEvents` knows of. */
  events?: Readonly<Record<string, EventType>>
  /** What it puts into the hub's health and is no error, and `FeatureProblems` knows of: by its code, what to do about it. */
  problems?: Readonly<Record<string, string>>
  /** Which of its rows leave by age. */
  retention?: readonly RetentionClass[]
  /** Its section of `hub.toml`. */
  settings?: SettingsSection
}
