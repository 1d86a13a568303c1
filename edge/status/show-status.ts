import type { Clock } from '../../shared/clock.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import { bytesWords, durationWords } from '../../shared/time-words.ts'
import { levelWords } from '../control/log-level-command.ts'
import type { DeviceIdentity } from '../link/device-identity.ts'
import type { AgentStatus, OutputWord } from './status-file.ts'

/** A word older than this comes from an agent that no longer runs. */
const FRESH_MS = 120_000

export interface ShownStatus {
  running: boolean
  device: string | null
  name: string | null
  addresses: string[]
  status: AgentStatus | null
}

/** The first of these words whose agent still runs, or `null`. */
export function runningWord(words: readonly AgentStatus[], clock: Clock): AgentStatus | null {
  return words.find(({ pid, at }) => isAlive(pid) && Math.abs(clock.now() - at) < FRESH_MS) ?? null
}

/** What is known about an agent, from its identity, where it may be read, and the word it left. Holds no secret. */
export function describeStatus(identity: DeviceIdentity | null, word: AgentStatus | null, clock: Clock): ShownStatus {
  const status = word === null ? null : runningWord([word], clock)
  return {
    running: status !== null,
    device: identity?.device ?? status?.device ?? null,
    name: identity?.name ?? status?.name ?? null,
    addresses: identity?.addresses ?? [],
    status,
  }
}

/** For a person. */
export function formatStatus({ running, device, name, addresses, status }: ShownStatus): string {
  const at = addresses.length === 0 ? '' : `, joined at ${addresses.join(', ')}`
  const lines = [device === null ? 'not joined: lares edge join <token>' : `${name} (${device})${at}`]
  if (!running || status === null) return [...lines, 'the agent does not run'].join('\n')
  lines.push(`agent ${status.version} runs, ${status.sensors} sensors, ${linkWords(status.link)}`)
  for (const output of status.outputs ?? []) lines.push(`output ${outputWords(output)}`)
  const outbox = status.heartbeat?.outbox
  if (outbox) lines.push(outboxWords(outbox))
  for (const level of status.log_levels ?? []) lines.push(`log: ${levelWords(level)}`)
  if (status.missing.length === 0) lines.push('nothing is missing')
  for (const { part, reason, hint } of status.missing)
    lines.push(`missing: ${part}: ${reason}`, ...(hint === undefined ? [] : [`  ${hint}`]))
  return lines.join('\n')
}

export function outputWords({ key, pin, state, safe_in_ms }: OutputWord): string {
  const ends = safe_in_ms === null ? '' : `, safe in ${durationWords(safe_in_ms)}`
  return `${key}: ${state ?? 'not known'}${ends} (GPIO${pin})`
}

function linkWords({ state, reason, address }: AgentStatus['link']): string {
  // A hub that has moved is not where the identity has it.
  const at = state === 'online' ? ` at ${address}` : ''
  return `${state.replaceAll('_', ' ')}${at}${reason === null ? '' : `: ${reason}`}`
}

function outboxWords({ rows, bytes, oldest_s, dropped, parked }: Heartbeat['outbox']): string {
  const since = oldest_s === null ? '' : `, the oldest for ${durationWords(oldest_s * 1_000)}`
  const waiting =
    rows === 0 ? 'nothing waits' : `${rows} ${rows === 1 ? 'row waits' : 'rows wait'} (${bytesWords(bytes)})${since}`
  const lost = [
    ...(dropped > 0 ? [`${dropped} given up for lack of room`] : []),
    ...(parked > 0 ? [`${parked} set aside because the hub could not take them`] : []),
  ]
  return `outbox: ${[waiting, ...lost].join('; ')}`
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
