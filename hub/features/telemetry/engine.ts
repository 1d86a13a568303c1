import type { Wire } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { RefusedSensor } from '../../../shared/introduced-sensors.ts'
import { describeRefused } from '../../../shared/introduced-sensors.ts'
import { isPossible } from '../../../shared/sensor-range.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, Origin, PartlyRefused } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openDevices } from '../devices/engine.ts'
import { ReadingIndex } from './index-filler.ts'
import { LatestStates } from './latest.ts'
import { Observations } from './observations.ts'
import { readingMetadata } from './reading-metadata.ts'
import { ReadingSensors } from './reading-sensors.ts'
import { type ReadingRow, ReadingWriter } from './reading-writer.ts'
import { Rollups } from './rollups.ts'
import { SeriesIndex } from './series.ts'

export interface Telemetry extends Feature {
  latest: LatestStates
  /** What bridges and connections say of their entities. */
  observations: Observations
  index: ReadingIndex
  rollups: Rollups
}

/** Readings on their way into series and rows, and the newest state of everything. */
export function openTelemetry(house: House): Telemetry {
  const { db } = house
  const { entities, clocks, directory, signs } = house.use(openDevices)
  const series = new SeriesIndex(db)
  const writer = new ReadingWriter(db)
  const index = new ReadingIndex(db)
  const latest = new LatestStates(db, isShown)
  const observations = new Observations({ latest, series, writer, directory, signs })
  entities.onReturned = (entity) => latest.drop(entity.id)
  const rollups = new Rollups(db)
  const sensors = new ReadingSensors({ entities, directory })

  /** Whether others may see its state: neither the device nor the entity has left. */
  function isShown(device: string, key: string): boolean {
    return directory.find(device) !== null && entities.find(device, key)?.enabled === true
  }

  function store(context: Context, message: Wire<'readings'>, origin: Origin): PartlyRefused | undefined {
    const { device, lane } = origin
    const { now } = context
    const refused: RefusedSensor[] = []
    let last: ReadingRow | null = null
    for (const item of message.items) {
      const entity = sensors.of(context, item, origin)
      if ('reason' in entity) {
        refused.push({ key: item.sensor, ...entity })
        continue
      }
      const when = clocks.resolve(device, message, { at: item.at, mono: item.mono, now })
      const possible = isPossible(entity.kind, entity.unit, item.value)
      const quality = possible ? (item.quality ?? 1) : 0
      const id = series.id(context, { device, sensor: item.sensor }, entity)
      const metadata = readingMetadata(when, possible)
      last = {
        ...{ device, series: id, time: when.time, received: now, value: item.value },
        ...{ quality: quality === 1 ? null : quality, metadata, mark: null },
      }
      writer.add(last)
      if (!entity.enabled || (lane === 'backlog' && latest.of(entity.id) === undefined)) continue
      const state = { value: item.value, unit: entity.unit, at: when.time, quality, time_quality: when.quality }
      latest.stage({ entity: entity.id, device, key: item.sensor, state }, now)
    }
    if (last !== null) last.mark = origin.mark()
    const [first] = refused
    const reason = describeRefused(refused)
    if (!first || reason === null) return undefined
    // Nothing was written for any of its items: the whole message is refused.
    if (refused.length === message.items.length) throw new LaresError(first.code, reason)
    return { code: first.code, reason }
  }

  return {
    name: 'telemetry',
    writes: 'readings',
    gathers: true,
    ...{ latest, observations, index, rollups },
    ingest: { readings: store },
    start: (context) => latest.load(context),
    flush(context) {
      index.grew(context, writer.flush())
      latest.flush(context)
    },
    tick(context) {
      context.cause('heartbeats')
      latest.tick(context)
      index.tick(context)
      context.cause('rollups')
      rollups.tick(context)
    },
    stop: (context) => latest.write(context),
    forget() {
      series.forget()
      writer.forget()
      index.forget()
      latest.forgetStaged()
      rollups.forget()
    },
  }
}
