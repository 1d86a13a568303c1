import type { AdminClient } from '../../../cli/admin-client.ts'

interface Device {
  id: string
  name: string
  device_type: string
  status: string
  /** `lares`: an agent of ours runs on it. */
  integration_type: string
}

interface EntityView {
  name: string
  entity_type: string
  state: string | null
  unit_of_measurement: string | null
}

interface Reading {
  device: string
  sensor: string
  unit: string
  value?: number
}

interface Turn {
  device_id: string
  phase: string
  end_reason: string | null
  duration_ms: number | null
  completeness: string | null
}

export interface DeviceView extends Device {
  heartbeats: number
  stored: number
  readings: Reading[]
  sessions: number
  clips: number
  turns: Turn[]
  /** Of a device of another maker. */
  entities: EntityView[]
  /** How often it did what it was told. */
  done: number
}

/** The house at one moment, as the admin door tells it. */
export interface HouseView {
  devices: DeviceView[]
  ledger: { received: number; applied: number; duplicate: number; rejected: number }
  state: string
  readings: number
  sessions: number
  clips: number
  sync: SyncView
}

/** How far central is behind this house, and what came from there. */
export interface SyncView {
  state: string
  rows_behind: number
  seconds_behind: number
  last_error: string | null
  quarantine: number
  /** Rows that central manages here. */
  managed: number
}

interface SyncAnswer {
  quarantine: number
  live: Omit<SyncView, 'quarantine' | 'managed'>
  scopes: { rows: number; refused: number }[]
}

interface StatusAnswer {
  readings: number
  clips: number
  ledger: HouseView['ledger'] | null
  front: { health: { state: string }; devices: Record<string, { heartbeats: number; stored: number }> }
}

export async function viewHouse(client: AdminClient): Promise<HouseView> {
  const { devices } = (await client.request('devices', 'list', {})) as { devices: Device[] }
  const { readings } = (await client.request('readings', 'latest', {})) as { readings: Reading[] }
  const { sessions } = (await client.request('sessions', 'list', {})) as {
    sessions: { device_id: string; turns: Turn[] }[]
  }
  const status = (await client.request('hub', 'status', {})) as StatusAnswer
  const sync = (await client.request('sync', 'status', {})) as SyncAnswer
  const others = new Map<string, Pick<DeviceView, 'entities' | 'done'>>()
  for (const { id } of devices.filter(isOther)) others.set(id, await viewOther(client, id))
  return {
    sync: {
      ...sync.live,
      quarantine: sync.quarantine,
      managed: sync.scopes.reduce((sum, { rows, refused }) => sum + rows - refused, 0),
    },
    state: status.front.health.state,
    ledger: status.ledger ?? { received: 0, applied: 0, duplicate: 0, rejected: 0 },
    readings: status.readings,
    sessions: sessions.length,
    clips: status.clips,
    devices: devices.map((device) => {
      const own = sessions.filter((session) => session.device_id === device.id)
      const turns = own.flatMap((session) => session.turns)
      const live = status.front.devices[device.id]
      return {
        ...device,
        heartbeats: live?.heartbeats ?? 0,
        stored: live?.stored ?? 0,
        readings: readings.filter((reading) => reading.device === device.id && reading.value !== undefined),
        sessions: own.length,
        turns,
        clips: turns.filter((turn) => turn.duration_ms !== null).length,
        ...(others.get(device.id) ?? { entities: [], done: 0 }),
      }
    }),
  }
}

/** Whether no agent of ours runs on it. */
export function isOther({ integration_type }: Pick<Device, 'integration_type'>): boolean {
  return integration_type !== 'lares'
}

async function viewOther(client: AdminClient, device: string): Promise<Pick<DeviceView, 'entities' | 'done'>> {
  const { entities } = (await client.request('entities', 'list', { device })) as { entities: EntityView[] }
  const { commands } = (await client.request('devices', 'commands', { device, state: 'completed' })) as {
    commands: unknown[]
  }
  return { entities, done: commands.length }
}
