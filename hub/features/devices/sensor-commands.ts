import { z } from 'zod'
import { deviceParam, sensorParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { endSensorAlarms } from './alarms.ts'
import { deviceNamed } from './named-device.ts'
import { sensorsNamed } from './named-sensor.ts'
import { clearState } from './retained-state.ts'

interface SensorRow {
  id: string
  entity_id: string
  is_enabled: 0 | 1
  house_id: string
}

export const removeSensor = adminCommand({
  area: 'sensors',
  verb: 'remove',
  needs: 'configure',
  summary:
    'Take a sensor that is no longer there out of the house; its readings stay, and it is back when its device names it',
  params: z.strictObject({ device: deviceParam, sensor: sensorParam }),
  result: z.strictObject({ device: z.string(), sensor: z.string(), entity_id: z.string() }),
  examples: [
    { says: 'a probe that was unplugged for good', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } },
  ],
  positional: ['device', 'sensor'],
  changes: true,
  run(context, { device: given, sensor: called }) {
    const { db, now } = context
    const device = deviceNamed(context, given)
    const [sensor = called] = sensorsNamed(context, called, device)
    const row = db
      .prepare(
        'SELECT e.id, e.entity_id, e.is_enabled, d.house_id FROM device_entities e JOIN devices d ON d.id = e.device_id ' +
          'WHERE e.device_id = ? AND e.key = ?',
      )
      .get(device, sensor) as SensorRow | undefined
    if (!row)
      throw new LaresError('not_found', `${device} has no sensor ${sensor}`, {
        hint: `Its sensors are listed by: lares devices show ${device}.`,
      })
    if (row.is_enabled === 1) {
      db.prepare('UPDATE device_entities SET is_enabled = 0, updated_at = ? WHERE id = ?').run(now, row.id)
      context.changed()
      clearState(context, device, sensor)
      endSensorAlarms(context, device, sensor)
      context.addEvent({
        type: 'sensor_removed',
        device,
        house: row.house_id,
        entity: row.id,
        source: 'user',
        data: { sensor, by: context.caller.principal },
      })
    }
    return { device, sensor, entity_id: row.entity_id }
  },
})
