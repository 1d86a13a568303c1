import { explain, LaresError } from '../../shared/errors.ts'
import { describeRefused } from '../../shared/introduced-sensors.ts'
import type { ConfigFault } from '../config/fault.ts'
import type { HeartbeatLoop } from '../health/heartbeat.ts'
import type { OpenedOutbox } from '../outbox/open-outbox.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { isStillAside, SET_ASIDE_HINT, setAsideWords } from '../outbox/set-aside.ts'
import type { Missing } from '../status/status-file.ts'
import { IDENTITY, INTRODUCTION, VERSION } from '../status/status-file.ts'
import type { Hearing } from './hearing.ts'
import type { HubLink } from './hub-link.ts'
import type { Outputs } from './outputs.ts'
import type { Pins } from './pins.ts'
import type { Sensing } from './sensing.ts'
import type { Speaking } from './speaking.ts'

/** Every table makes sensors or an output, and what they are called. */
const NOT_INTRODUCED_HINT = 'Mend or remove the table of what is named in edge.toml, then restart the agent.'

const SCARCE = 'the disk is full: its oldest rows go for new ones'
const SCARCE_HINT = "Free space on this device's disk; what goes is counted, and told to the hub."

/** What of a running agent may be missing. */
export interface PartsLookedAt {
  opened: Pick<OpenedOutbox, 'memoryFault' | 'aside'>
  outbox: Pick<Outbox, 'scarce' | 'fault'>
  sensing: Pick<Sensing, 'refused' | 'wrong' | 'failing'>
  outputs: Pick<Outputs, 'failing'>
  pins: Pick<Pins, 'wanted' | 'health' | 'remedy'>
  hearing: Pick<Hearing, 'wanted' | 'health'>
  speaking: Pick<Speaking, 'reason'>
  heartbeat: Pick<HeartbeatLoop, 'current'>
  hub: Pick<HubLink, 'state' | 'twin' | 'versionProblem' | 'refusal'>
  /** Parts that may have failed to start. */
  contained: readonly { missing(): Missing[] }[]
}

/** Everything a running agent should have and has not, for the people who can mend it. */
export function whatIsMissing(parts: PartsLookedAt, configFaults: readonly ConfigFault[] = []): Missing[] {
  const { opened, outbox, sensing, outputs, pins, hearing, speaking, heartbeat, hub } = parts
  const missing: Missing[] = parts.contained.flatMap((part) => part.missing())
  const add = (part: string, reason: string | null | undefined, hint?: string) => {
    if (reason) missing.push({ part, reason, ...(hint !== undefined && { hint }) })
  }
  const link = hub.state()
  // Away because of the twin: that is told once, as what it is.
  if (link.state !== 'online' && (hub.twin === null || link.code !== 'identity_shared'))
    add('hub', link.reason ?? 'connecting')
  add(IDENTITY, hub.twin?.reason, hub.twin?.hint)
  add(VERSION, hub.versionProblem?.reason, hub.versionProblem?.hint)
  add(INTRODUCTION, hub.refusal?.reason, hub.refusal?.hint)
  add(INTRODUCTION, describeRefused(sensing.refused()), NOT_INTRODUCED_HINT)
  const { memoryFault } = opened
  add('outbox', memoryFault && `its rows are in memory only: ${memoryFault.message}`, memoryFault?.hint)
  for (const aside of opened.aside.filter(isStillAside)) add('outbox', setAsideWords(aside), SET_ASIDE_HINT)
  if (outbox.scarce) add('outbox', SCARCE, SCARCE_HINT)
  add('outbox', outbox.fault && `it takes nothing: ${outbox.fault.message}`, outbox.fault?.hint)
  for (const { part, error } of [...configFaults, ...sensing.wrong()]) add(part, explain(error))
  for (const { key, message } of sensing.failing()) add(`sensor ${key}`, message)
  for (const { key, fault } of outputs.failing())
    add(`output ${key}`, fault.message, fault instanceof LaresError ? fault.hint : undefined)
  if (pins.wanted) add('gpio', pins.health().reason, pins.remedy ?? undefined)
  const audio = hearing.health()
  if (hearing.wanted && audio.state !== 'muted') add('microphone', audio.reason)
  add('speaker', speaking.reason)
  const now = heartbeat.current()
  if (now?.clock.synced === false) add('clock', 'it is not synchronised; the hub mends the times of readings')
  if (now?.disk.read_only) add('disk', 'it is read-only: look at the journal and at the card')
  return missing
}
