import type { Wire } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { RefusedSensor } from '../../../shared/introduced-sensors.ts'
import { describeRefused } from '../../../shared/introduced-sensors.ts'
import { isPossible } from '../../../shared/sensor-range.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature, Origin, PartlyRefused } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openDevices } from '../devices/engine.ts'
import type { Entity } from '../devices/entities.ts'
import { LatestValues } from './latest.ts'
import { ReadingWriter } from './reading-writer.ts'
import { Rollups } from './rollups.ts'
import { SeriesIndex } from './series.ts'

type Item = Wire<'readings'>['items'][number]

export interface Telemetry extends Feature {
  latest: LatestValues
}

/** Readings on their way into series and rows. */
export function openTelemetry(house: House): Telemetry {
  const { db } = house
  const { entities, clocks, directory } = house.use(openDevices)
  const series = new SeriesIndex(db)
  const writer = new ReadingWriter(db)
  const latest = new LatestValues(db, isShown)
  entities.onReturned = (entity) => latest.drop(entity.id)
  const rollups = new Rollups(db)

  /** Whether others may see its value: neither the device nor the sensor has left. */
  function isShown(device: string, sensor: string): boolean {
    return directory.find(device) !== null && entities.find(device, sensor)?.enabled === true
  }

  /**
   * Where a value belongs, or `null` when the device may not have this sensor too. A reading's own kind and unit win;
   * a device that said them at birth leaves them out.
   */
  function entityOf(context: Context, item: Item, { device, lane }: Origin): Entity | null {
    const known = entities.of(device).get(item.sensor)
    const sameKind = item.kind === undefined || item.kind === known?.kind
    const sameUnit = item.unit === undefined || item.unit === known?.unit
    if (known?.enabled && sameKind && sameUnit) return known
    const kind = item.kind ?? known?.kind ?? 'number'
    const unit = item.unit ?? known?.unit ?? SENSOR_KINDS.get(kind)?.unit ?? ''
    const hasRoom = entities.hasRoomFor(device, item.sensor)
    // It is history of a sensor that is gone.
    if (known && !known.enabled && !(hasRoom && returns(item, { device, lane }))) return { ...known, kind, unit }
    if (!hasRoom) return null
    return entities.declare(context, device, { key: item.sensor, kind, unit })
  }

  /**
   * Whether a reading brings back the sensor it names. Only the birth of a device that introduces itself does, unless its
   * readings say what they are; what waited in an outbox is of the time when the sensor was still there.
   */
  function returns(item: Item, { device, lane }: { device: string; lane: Origin['lane'] }): boolean {
    if (lane === 'backlog') return false
    return item.kind !== undefined || directory.find(device)?.connects === 0
  }

  function store(context: Context, message: Wire<'readings'>, origin: Origin): PartlyRefused | undefined {
    const { device, lane } = origin
    const { now } = context
    const refused: RefusedSensor[] = []
    for (const item of message.items) {
      const entity = entityOf(context, item, origin)
      if (entity === null) {
        refused.push({ key: item.sensor, code: 'too_many_sensors', reason: 'has no place left on this device' })
        continue
      }
      const when = clocks.resolve(device, message, { at: item.at, mono: item.mono, now })
      const possible = isPossible(entity.kind, entity.unit, item.value)
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
      if (!entity.enabled || (lane === 'backlog' && latest.of(entity.id) === undefined)) continue
      const state = { value: item.value, unit: entity.unit, at: when.time, quality, time_quality: when.quality }
      latest.stage({ entity: entity.id, device, sensor: item.sensor, state }, now)
    }
    const reason = describeRefused(refused)
    if (reason === null) return undefined
    // Nothing was written for any of its items: the whole message is refused.
    if (refused.length === message.items.length) throw new LaresError('too_many_sensors', reason)
    return { code: 'too_many_sensors', reason }
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

function metadataOf(when: { quality: string; original?: number }, possible: boolean): string | null {
  if (when.quality === 'good' && possible) return null
  return JSON.stringify({
    ...(when.quality === 'good' ? {} : { time_quality: when.quality }),
    ...(when.original === undefined ? {} : { original_time: when.original }),
    ...(possible ? {} : { out_of_range: true }),
  })
}
