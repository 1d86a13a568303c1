import type { Clock } from '../shared/clock.ts'
import type { Identity } from './identity.ts'
import type { AgentStatus } from './status-file.ts'

/** A word older than this comes from an agent that no longer runs. */
const FRESH_MS = 120_000

export interface ShownStatus {
  running: boolean
  device: string | null
  name: string | null
  addresses: string[]
  status: AgentStatus | null
}

/** What is known about the agent of a data folder, from its identity and the word it left. Holds no secret. */
export function describeStatus(identity: Identity | null, status: AgentStatus | null, clock: Clock): ShownStatus {
  const running = status !== null && isAlive(status.pid) && Math.abs(clock.now() - status.at) < FRESH_MS
  return {
    running,
    device: identity?.device ?? null,
    name: identity?.name ?? null,
    addresses: identity?.addresses ?? [],
    status: running ? status : null,
  }
}

/** For a person. */
export function formatStatus({ running, device, name, addresses, status }: ShownStatus): string {
  const lines = [
    device === null ? 'not joined: lares edge join <token>' : `${name} (${device}) at ${addresses.join(', ')}`,
  ]
  if (!running || status === null) return [...lines, 'the agent does not run'].join('\n')
  lines.push(`agent ${status.version} runs, ${status.sensors} sensors, ${status.link.state}`)
  const outbox = status.heartbeat?.outbox
  if (outbox)
    lines.push(
      `outbox: ${outbox.rows} rows, ${outbox.bytes} bytes, ${outbox.dropped} dropped, ${outbox.parked} set aside`,
    )
  if (status.missing.length === 0) lines.push('nothing is missing')
  for (const { part, reason, hint } of status.missing)
    lines.push(`missing: ${part}: ${reason}`, ...(hint === undefined ? [] : [`  ${hint}`]))
  return lines.join('\n')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
