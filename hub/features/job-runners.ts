import type { JobRunners } from '../engine/job-run.ts'
import { FEATURES } from './features.ts'

/** What is run of every kind of durable job, loaded at its first run. */
export const JOB_RUNNERS: JobRunners = new Map(FEATURES.flatMap(({ jobs }) => Object.entries(jobs?.runners ?? {})))
