import type { Heartbeat } from '../../../shared/messages/heartbeat.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { devicesOf, type LookedDevice, lookedDevices } from './looked-devices.ts'
import type { Look, Observed } from './observed.ts'
import type { AlertRule } from './rule-row.ts'

/** Where looks at devices look. */
export interface DeviceSight {
  db: Database
  now: number
  /** How a device said last that it is; `null`: it has not since the hub started. */
  heartbeat: (device: string) => Heartbeat | null
  /** Messages of the last hour that were not understood, by device. */
  refused: (now: number) => ReadonlyMap<string, number>
}

type DeviceLook = (place: DeviceSight, rule: AlertRule) => Look

/** What rules about devices see. */
export const DEVICE_LOOKS = {
  device_offline: ({ db }, rule) =>
    lookedDevices(db, rule)
      // Nobody misses what was never here.
      .filter(({ reason }) => reason !== 'never_connected')
      .map((device) => ({ ...about(device), value: isAway(device), says: `${device.name} is offline` })),

  device_alarm: ({ db }, rule) => deviceAlarms(db, rule),

  under_voltage: ({ db, heartbeat }, rule) =>
    lookedDevices(db, rule).map((device) => ({
      ...about(device),
      value: reachable(device) ? (heartbeat(device.id)?.throttled.under_voltage ?? null) : null,
      says: `${device.name} gets too little power: its supply or cable is too weak`,
    })),

  device_disk: ({ db, heartbeat }, rule) =>
    lookedDevices(db, rule).map((device) => {
      const used = reachable(device) ? (heartbeat(device.id)?.disk.used_percent ?? null) : null
      return { ...about(device), value: used, says: `the disk of ${device.name} is ${Math.round(used ?? 0)} % full` }
    }),

  rejected_rows({ db, refused, now }, rule) {
    const counts = refused(now)
    // Whoever sent nothing wrong need not be looked up.
    if (counts.size === 0) return []
    return lookedDevices(db, rule).map((device) => {
      const count = counts.get(device.id) ?? 0
      return { ...about(device), value: count, says: `${device.name} sent ${messages(count)} that are not understood` }
    })
  },
} as const satisfies Record<string, DeviceLook>

function about({ id, name, house }: LookedDevice): Omit<Observed, 'value' | 'says'> {
  return { subject: id, name, house, device: id, entity: null }
}

/** Silent is connected, and not heard. */
function isAway({ status, reason }: LookedDevice): boolean {
  return status === 'offline' || (status === 'error' && reason === 'silent')
}

function reachable({ status }: LookedDevice): boolean {
  return status === 'online' || status === 'busy'
}

function messages(count: number): string {
  return count === 1 ? 'one message in an hour' : `${count} messages in an hour`
}

interface AlarmRow {
  device: string
  name: string
  house: string
  subject: string
  severity: string
  description: string
}

function deviceAlarms(db: Database, rule: AlertRule): Observed[] {
  const { sql, values } = devicesOf(rule)
  const rows = db
    .prepare(
      'SELECT a.device_id AS device, d.name, d.house_id AS house, a.subject, a.severity, a.description FROM device_alarms a ' +
        `JOIN devices d ON d.id = a.device_id WHERE a.since IS NOT NULL AND ${sql} ORDER BY d.name, a.device_id, a.subject`,
    )
    .all(...values) as AlarmRow[]
  return rows.map(({ device, name, house, subject, severity, description }) => ({
    ...{ subject: `${device}/${subject}`, name, house, device, entity: null, value: true },
    says: `${name}: ${description}`,
    ...(severity === 'critical' ? { severity: 'critical' as const } : {}),
  }))
}
