import type { EventTypeName } from '../../../shared/event-types.ts'
import type { Context } from '../../engine/context.ts'
import type { Ingest } from '../../engine/feature.ts'
import { heedEvent } from '../devices/alarms.ts'
import type { Devices } from '../devices/engine.ts'
import { passageOf, passOn } from './pass-on.ts'

/** Events of devices. */
export function eventIngest({ clocks, entities }: Pick<Devices, 'clocks' | 'entities'>): Ingest {
  return {
    event(context: Context, message, { device, house, lane }) {
      const when = clocks.resolve(device, message, { at: message.at, mono: message.mono, now: context.now })
      const entity = message.sensor === undefined ? undefined : entities.find(device, message.sensor)?.id
      const data = {
        ...message.data,
        ...(when.quality === 'good' ? {} : { time_quality: when.quality, original_time: when.original ?? null }),
      }
      const passage = passageOf(context, { message, lane, when })
      context.addEvent({
        // A device may send any type; one without an entry gets a title of its own.
        type: message.type as EventTypeName,
        device,
        house,
        source: 'device',
        isNews: passage !== null,
        timestamp: when.time,
        data,
        ...(entity === undefined ? {} : { entity }),
        ...(message.severity === undefined ? {} : { severity: message.severity }),
        ...(message.description === undefined ? {} : { description: message.description }),
        ...(message.old_state === undefined ? {} : { oldState: message.old_state }),
        ...(message.new_state === undefined ? {} : { newState: message.new_state }),
      })
      heedEvent(context, device, { message, at: when.time })
      if (passage) passOn(context, device, { message, at: when.time, ...passage })
    },
  }
}
