import { z } from 'zod'
import { sensorKey } from '../../shared/messages/fields.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { HeartbeatLoop } from '../health/heartbeat.ts'
import type { Hearing } from '../parts/hearing.ts'
import type { Sensing } from '../parts/sensing.ts'
import type { RegisteredSetting } from './desired.ts'
import { desiredSetting } from './desired.ts'

export interface HouseSettingsOptions {
  config: EdgeConfig
  heartbeat: Pick<HeartbeatLoop, 'setInterval'>
  sensing: Pick<Sensing, 'override'>
  hearing: Pick<Hearing, 'setTrigger' | 'wanted'>
}

/** Everything the house may set on this device. Sensors are named by the key of their local table. */
export function houseSettings({ config, heartbeat, sensing, hearing }: HouseSettingsOptions): RegisteredSetting[] {
  return [
    desiredSetting({
      key: 'heartbeat_s',
      value: z.number().min(5).max(3_600),
      apply: (seconds) => heartbeat.setInterval((seconds ?? config.heartbeat.interval_s) * 1_000),
    }),
    desiredSetting({
      key: 'sensors',
      value: z.record(
        sensorKey,
        z.strictObject({
          interval_s: z.number().min(1).max(86_400).optional(),
          deadband: z.number().min(0).optional(),
        }),
      ),
      apply: (overrides) => sensing.override(overrides ?? {}),
    }),
    desiredSetting({
      key: 'talk_trigger',
      value: z.enum(['voice', 'button', 'both']),
      apply(trigger) {
        if (trigger !== null && !hearing.wanted) throw new Error('this device has no microphone')
        void hearing.setTrigger(trigger)
      },
    }),
  ]
}
