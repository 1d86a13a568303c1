import type { RetentionClass } from '../../contract/retention-class.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openHeldBack } from '../followers/waiting-rows.ts'
import { openUnsent } from '../sync/unsent-rows.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { DiskGauge, type DiskSpace, WATERMARKS } from './disk-space.ts'
import { Purge } from './purge.ts'
import { Removable } from './removable.ts'
import { Thinning } from './thinning.ts'

/** With less free the index of readings waits for them to be removed: as much as a full disk is thinned to. */
const ROOM_FOR_INDEX_BYTES = 16 * 1024 * 1024

/** How the disk is, as the front puts it into the hub's health. */
export interface DiskReport extends DiskSpace {
  low: boolean
  thinning: boolean
}

declare module '../../engine/input.ts' {
  interface InputKinds {
    /**
     * The file system of the data folder, once a minute: its size as this user may use it, and what is free. Answered by a
     * `DiskReport`, or `null` when it makes no sense.
     */
    disk: { totalBytes: number; freeBytes: number }
  }
}

/** What is kept for how long, and what goes first when the disk fills up. `declared`: the classes of all features. */
export function openRetention(declared: readonly RetentionClass[]): (house: House) => Feature {
  return (house) => retentionOf(house, declared)
}

function retentionOf(house: House, declared: readonly RetentionClass[]): Feature {
  const { db } = house
  const unsent = house.use(openUnsent)
  // Readings are summed up before any of them goes.
  const { index } = house.use(openTelemetry)
  const followed = house.use(openHeldBack)
  const removable = new Removable(db, { unsent, followed, declared })
  const gauge = new DiskGauge(db)
  const purge = new Purge(db, { removable, followed, declared, index })
  const thinning = new Thinning(db, { removable, gauge, followed, declared, index })
  let low = false

  function warn(context: Context, space: DiskSpace): void {
    const { at, until } = WATERMARKS.warn
    const now = space.usedShare >= (low ? until : at)
    if (now === low) return
    context.committed(() => {
      low = now
    })
    if (!now) return
    context.addEvent({
      type: 'disk_space_low',
      data: {
        used_share: Math.round(space.usedShare * 1_000) / 1_000,
        free_bytes: space.freeBytes,
        reusable_bytes: space.reusableBytes,
      },
    })
  }

  function report(context: Context, measured: { totalBytes: number; freeBytes: number }): DiskReport | null {
    gauge.measure(context.now, measured)
    const space = gauge.read(context.now)
    if (!space) return null
    warn(context, space)
    index.keepRoom(space.freeBytes + space.reusableBytes < ROOM_FOR_INDEX_BYTES)
    const { at, until } = WATERMARKS.warn
    return { ...space, low: space.usedShare >= (low ? until : at), thinning: thinning.active }
  }

  return {
    name: 'retention',
    writes: 'retention',
    inputs: {
      disk: (context, measured) => ({ verdict: 'stored', value: report(context, measured) }),
    },
    start: (context) => purge.start(context),
    tick(context) {
      thinning.tick(context)
      if (!thinning.active) purge.tick(context)
    },
    forget() {
      removable.forget()
      purge.forget()
      thinning.forget()
      followed.forget()
    },
  }
}
