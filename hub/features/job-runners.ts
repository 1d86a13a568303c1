import type { JobRun, JobRunners } from '../engine/job-run.ts'
import { FEATURES } from './features.ts'

/** What is run of every kind of durable job, loaded at its first run. */
export const JOB_RUNNERS: JobRunners = new Map(
  // A run gets the payloads of its own kind alone.
  FEATURES.flatMap(({ jobs }) => Object.entries(jobs?.runners ?? {}) as [string, () => Promise<JobRun>][]),
)
