/** What an agent says of its machine; anything may be unknown, and an older agent says less. */
export interface Heartbeat {
  uptime_s?: number | null
  cpu?: { percent?: number | null; load1?: number | null; temperature_c?: number | null }
  throttled?: Record<string, boolean | number | null>
  memory?: { used_mb?: number | null; total_mb?: number | null }
  disk?: { free_mb?: number | null; used_percent?: number | null; read_only?: boolean | null }
  network?: { interface?: string | null; rssi_dbm?: number | null; address?: string | null }
  outbox?: {
    rows?: number | null
    oldest_s?: number | null
    dropped?: number | null
    parked?: number | null
    full?: boolean
  }
  clock?: { synced?: boolean | null; source?: string | null }
  audio?: { state?: string | null; device?: string | null; reason?: string | null }
  gpio?: { backend?: string | null; reason?: string | null }
}

/** What of the power supply is wrong now, by the names that the agent uses. */
export function throttledNow({ throttled = {} }: Heartbeat): string[] {
  return ['under_voltage', 'frequency_capped', 'throttled', 'soft_temperature'].filter(
    (name) => throttled[name] === true,
  )
}
