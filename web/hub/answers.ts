/**
 * What the page reads of the hub's answers, and no more of it. That the commands answer so is checked against their own schemas in
 * test/web/answers.test.ts.
 */

export interface DeviceLine {
  id: string
  name: string
  device_type: string | null
  device_class: string | null
  integration_type: string | null
  status: string
  status_reason: string
  status_since: number | null
  last_seen: number | null
  detected_model: string | null
  agent_version: string | null
  house: string | null
  room: string | null
  group: string | null
}

export interface DeviceList {
  devices: (DeviceLine & { alarms: string[] })[]
  next?: string | undefined
}

export interface EntityLine {
  entity_id: string
  key: string
  name: string | null
  entity_type: string
  device_class: string | null
  unit_of_measurement: string | null
  is_enabled: boolean
  state: string | null
  details: string | null
}

export interface EntityList {
  entities: (EntityLine & { device: string })[]
  next?: string | undefined
}

export interface DeviceShown {
  device: DeviceLine & {
    created_at: number
    user_description: string | null
    discovery_method: string | null
    capabilities: string[] | null
    last_heartbeat: number | null
    /** The last heartbeat of an agent. */
    current_state: Record<string, unknown>
  }
  alarms: { description: string; severity: string; since: number; part: string | null }[]
  entities: EntityLine[]
  more_entities: number
  settings: { setting: string; wanted: string | null; says: string }[]
}

export interface DeviceLogAnswer {
  says: string
  state: string
  lines: string[]
}

export interface EventLine {
  id: number
  timestamp: number
  event_type: string
  category: string
  severity: string
  title: string
  description: string | null
  device_id: string | null
  device_name: string | null
  by: string | null
  event_data: unknown
  acknowledged_by: string | null
  acknowledged_at: number | null
  note: string | null
}

export interface EventList {
  events: EventLine[]
  next?: number | undefined
}

export interface PeopleList {
  people: {
    id: string
    name: string | null
    role: string
    is_present: boolean
    last_seen: number | null
    house: string
  }[]
}

export interface HubStatus {
  version: string
  now: number
  readings: number
  front: {
    health: { state: string; problems: { code: string; message?: string | undefined; hint: string }[] }
    storage?: { disk_free_bytes: number; database_bytes: number; last_backup: number | null } | undefined
    sync?: { state: string; rows_behind: number; seconds_behind: number; last_error: string | null } | null | undefined
  }
}

export interface SummaryAnswer {
  step_ms: number
  series: {
    unit: string
    sensor_name: string
    summaries: { time: number; min: number; mean: number; max: number; count: number }[]
  }[]
  next?: string | undefined
}

export interface ReadingsAnswer {
  series: {
    unit: string
    sensor_name: string
    readings: {
      time: number
      value: number
      quality: number
      late_ms?: number | undefined
      metadata?: Record<string, unknown> | undefined
    }[]
  }[]
  next?: string | undefined
}

export interface LatestReadings {
  readings: {
    device: string
    device_name: string
    sensor: string
    sensor_name: string
    sensor_type: string
    unit: string
    time?: number | undefined
    value?: number | undefined
  }[]
  next?: number | undefined
}

export interface Invitation {
  join: string
  token: string
  expires_at: number
  warnings: string[]
}

export interface TraceAnswer {
  what: string
  device: string | null
  device_name: string | null
  measured_at: number
  waited_ms: number | null
  received_at: number
  time_quality: 'good' | 'corrected' | 'unknown'
  device_said: number | null
  message: { epoch: string; lane: string; seq: number } | null
  table: string
  key: string
  central: {
    state: 'off' | 'waits' | 'there' | 'refused' | 'given_up'
    rows_before: number | null
    reason: string | null
  }
  rejected: { received_at: number; code: string; reason: string }[]
}

export interface AlertList {
  alerts: { id: number; severity: string; says: string; state: string; raised_at: number; rule: string }[]
}

export interface SessionList {
  sessions: {
    id: string
    device_id: string
    device_name: string
    state: string
    persona_id: string
    persona_version: string
    created_at: number
    turns: {
      id: string
      started_at: number
      duration_ms: number | null
      file: string | null
      lost_frames: number | null
    }[]
  }[]
  next?: string | undefined
}

export interface TalkShown {
  session: string
  state: string
  device: string
  device_name: string
  persona: string
  version: string
  turns: {
    turn: string
    started_at: number
    device: string
    duration_ms: number | null
    lost_frames: number | null
    file: string | null
  }[]
  handoffs: {
    from: string
    to: string
    prepared_at: number
    committed_at: number | null
    abandoned: string | null
    is_back: boolean
  }[]
  moves: { at: number; type: string; title: string; reason: string | null }[]
  messages: {
    created_at: number
    role: string
    content: string
    latency_ms: number | null
    by: string | null
    cut: boolean
    stages: Record<string, number> | null
    turn: string | null
  }[]
}

export interface HandedOver {
  session: string
  to: string
  back_until: number
}

export interface VoiceAnswer {
  text: string
  intent: string | null
  done: string[]
  language: string
}

export interface LoginList {
  sessions: {
    session: string
    email: string
    agent: string
    address: string
    last_used_at: number
    is_this: boolean
  }[]
}

export interface PersonaList {
  personas: {
    persona: string
    name: string
    version: string | null
    state: string
    has_draft: boolean
    devices: number
    managed_by: string
    description: string | null
  }[]
}

export interface PersonaShown {
  persona: {
    persona: string
    state: string
    managed_by: string
    version: string | null
    shown: string
    has_draft: boolean
  }
  definition: { setting: string; value: string }[]
  faults: string[]
  versions: { version: string; created_at: number; made_by: string | null; change_notes: string | null }[]
}

export interface PersonaDifferences {
  from: string
  to: string
  differences: { setting: string; was: string | null; now: string | null }[]
}

export interface PersonaTried {
  version: string
  given: { role: string; content: string }[]
  answer: string | null
  says: string
}

export interface EngineList {
  engines: {
    does: string
    engine: string
    name: string
    state: string
    languages: string | null
    last_took_ms: number | null
    error: string | null
    worked: number
    failed: number
  }[]
  says: string[]
}

export interface TriedEngines {
  tried: {
    voice: string
    ear: string | null
    heard: string | null
    wrong: number | null
    took_ms: number | null
    error: string | null
    hint: string | null
  }[]
  says: string[]
}
