import { statfs } from 'node:fs/promises'
import type { Ballast } from '../../shared/ballast.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Weight } from '../engine/health-problem.ts'
import type { Intake } from '../engine/intake.ts'
import type { DiskReport } from '../features/retention/engine.ts'
import type { Health } from './hub-health.ts'

const MEASURE_MS = 60_000

/** Size of a file system as this user may use it, and what is free of it. */
export type MeasureDisk = (folder: string) => Promise<{ totalBytes: number; freeBytes: number }>

/** As `df` counts: blocks that only root may use belong to nobody. */
export const measureDisk: MeasureDisk = async (folder) => {
  const { bsize, blocks, bfree, bavail } = await statfs(folder)
  return { totalBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize }
}

export interface DiskWatchParts {
  folder: string
  clock: Clock
  health: Health
  log: Log
  intake: Pick<Intake, 'input'>
  /** Why nothing can be stored, or `null`. The health says it already, and the engine may not run. */
  fault: () => string | null
  /** The room that a start on a full disk needs; taken back when there is plenty. */
  ballast: Pick<Ballast, 'restore'>
  /** Default: the operating system's word. */
  measure?: MeasureDisk
}

/**
 * Measures the data folder's disk once a minute for the engine, which does no I/O of its own, and puts into the hub's
 * health what the engine makes of it. The engine knows how much of the database's file can be used again.
 */
export class DiskWatch implements Service {
  #parts: DiskWatchParts
  #stop: Cancel = () => {}

  constructor(parts: DiskWatchParts) {
    this.#parts = parts
  }

  async start(): Promise<void> {
    await this.measure()
    this.#stop = this.#parts.clock.every(MEASURE_MS, () => void this.measure())
  }

  stop(): void {
    this.#stop()
  }

  /** Never rejects: a measurement that fails is one that is missing, and nothing is thinned without one. */
  async measure(): Promise<void> {
    const { folder, health, intake, fault, log, ballast, measure = measureDisk } = this.#parts
    if (fault() !== null) return
    try {
      const measured = await measure(folder)
      const { value } = await intake.input<DiskReport | null>({ kind: 'disk', ...measured })
      if (value?.low) health.raise('disk_space', 'disk_space_low', describe(value), { weight: weightOf(value) })
      else health.clear('disk_space')
      if (!value?.low) void ballast.restore(measured.freeBytes)
    } catch (error) {
      log.debug({ error: asError(error).message }, 'the disk was not measured')
    }
  }
}

/** Until then there is time, and above it the hub takes away what is old. */
const ATTENTION_SHARE = 0.85

function weightOf({ usedShare, thinning }: DiskReport): Weight {
  return thinning || usedShare >= ATTENTION_SHARE ? 'attention' : 'note'
}

function describe({ usedShare, thinning }: DiskReport): string {
  const full = `the hub's disk is ${Math.floor(usedShare * 100)} % full`
  return thinning ? `${full}; older data makes room` : full
}
