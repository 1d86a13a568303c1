import type { Wire } from '../../../shared/codec.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, Origin } from '../../engine/feature.ts'
import type { DeviceClocks } from '../devices/device-clock.ts'
import type { Entities, Entity } from '../devices/entities.ts'
import { LatestValues } from './latest.ts'
import { ReadingWriter } from './reading-writer.ts'
import { Rollups } from './rollups.ts'
import { SeriesIndex } from './series.ts'

type Item = Wire<'readings'>['items'][number]

export interface Telemetry extends Feature {
  latest: LatestValues
}

/** Readings on their way into series and rows. */
export function openTelemetry(db: Database, parts: { entities: Entities; clocks: DeviceClocks }): Telemetry {
  const { entities, clocks } = parts
  const series = new SeriesIndex(db)
  const writer = new ReadingWriter(db)
  const latest = new LatestValues(db)
  const rollups = new Rollups(db)

  /** A reading's own kind and unit win; a device that said them at birth leaves them out. */
  function entityOf(context: Context, device: string, item: Item): Entity {
    const known = entities.of(device).get(item.sensor)
    const sameKind = item.kind === undefined || item.kind === known?.kind
    const sameUnit = item.unit === undefined || item.unit === known?.unit
    if (known && sameKind && sameUnit) return known
    const kind = item.kind ?? known?.kind ?? 'number'
    const unit = item.unit ?? known?.unit ?? SENSOR_KINDS.get(kind)?.unit ?? ''
    return entities.declare(context, device, { key: item.sensor, kind, unit })
  }

  function store(context: Context, message: Wire<'readings'>, { device, lane }: Origin): void {
    const { now } = context
    const known = entities.of(device)
    if (message.items.some((item) => !known.has(item.sensor))) {
      entities.checkRoom(
        device,
        message.items.map((item) => item.sensor),
      )
    }
    for (const item of message.items) {
      const entity = entityOf(context, device, item)
      const when = clocks.resolve(device, message, { at: item.at, mono: item.mono, now })
      const possible = isPossible(entity.kind, item.value)
      const quality = possible ? (item.quality ?? 1) : 0
      const id = series.id(context, { device, sensor: item.sensor }, entity)
      const metadata = metadataOf(when, possible)
      writer.add({
        device,
        series: id,
        time: when.time,
        received: now,
        value: item.value,
        quality: quality === 1 ? null : quality,
        metadata,
      })
      if (lane === 'backlog' && latest.of(entity.id) === undefined) continue
      const state = { value: item.value, unit: entity.unit, at: when.time, quality, time_quality: when.quality }
      latest.stage({ entity: entity.id, device, sensor: item.sensor, state }, now)
    }
  }

  return {
    name: 'telemetry',
    latest,
    ingest: { readings: store },
    start: (context) => latest.load(context),
    flush(context) {
      writer.flush()
      latest.flush(context)
    },
    tick(context) {
      latest.tick(context)
      rollups.tick(context)
    },
    stop: (context) => latest.write(context),
    forget() {
      series.forget()
      writer.forget()
      latest.forgetStaged()
      rollups.forget()
    },
  }
}

function isPossible(kindName: string, value: number): boolean {
  const kind = SENSOR_KINDS.get(kindName)
  if (!kind) return true
  return (kind.min === null || value >= kind.min) && (kind.max === null || value <= kind.max)
}

function metadataOf(when: { quality: string; original?: number }, possible: boolean): string | null {
  if (when.quality === 'good' && possible) return null
  return JSON.stringify({
    ...(when.quality === 'good' ? {} : { time_quality: when.quality }),
    ...(when.original === undefined ? {} : { original_time: when.original }),
    ...(possible ? {} : { out_of_range: true }),
  })
}
