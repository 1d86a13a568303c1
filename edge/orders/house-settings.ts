import { DEVICE_SETTINGS } from '../../shared/device-settings.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { HeartbeatLoop } from '../health/heartbeat.ts'
import type { Hearing } from '../parts/hearing.ts'
import type { Sensing } from '../parts/sensing.ts'
import type { Speaking } from '../parts/speaking.ts'
import type { RegisteredSetting } from './desired.ts'
import { desiredSetting } from './desired.ts'

export interface HouseSettingsOptions {
  config: EdgeConfig
  heartbeat: Pick<HeartbeatLoop, 'setInterval'>
  sensing: Pick<Sensing, 'override'>
  hearing: Pick<Hearing, 'setTrigger' | 'wanted'>
  speaking: Pick<Speaking, 'setVolume' | 'wanted'>
}

/** Everything the house may set on this device. */
export function houseSettings({
  config,
  heartbeat,
  sensing,
  hearing,
  speaking,
}: HouseSettingsOptions): RegisteredSetting[] {
  return [
    desiredSetting({
      key: 'heartbeat_s',
      value: DEVICE_SETTINGS.heartbeat_s,
      apply: (seconds) => heartbeat.setInterval((seconds ?? config.heartbeat.interval_s) * 1_000),
    }),
    desiredSetting({
      key: 'sensors',
      value: DEVICE_SETTINGS.sensors,
      apply: (overrides) => sensing.override(overrides ?? {}),
    }),
    desiredSetting({
      key: 'talk_trigger',
      value: DEVICE_SETTINGS.talk_trigger,
      apply(trigger) {
        if (trigger !== null && !hearing.wanted) throw new Error('this device has no microphone')
        void hearing.setTrigger(trigger)
      },
    }),
    desiredSetting({
      key: 'volume',
      value: DEVICE_SETTINGS.volume,
      apply(volume) {
        if (volume !== null && !speaking.wanted) throw new Error('this device has no speaker')
        speaking.setVolume(volume)
      },
    }),
  ]
}
