import type { Clock } from '../../shared/clock.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Machine } from './machine.ts'
import { orNull } from './unknown.ts'

/** timedated is started anew for every question, so its "yes" is believed for this long. */
const BELIEVE_YES_MS = 600_000

/**
 * Reads the heartbeat's `clock`: whether the wall clock follows a time server. `source` is `ntp` when it does, `rtc` when
 * it does not but the machine has a battery clock, else `null`. `synced` is `null` where nobody can tell.
 */
export function clockSyncReader(machine: Machine, clock: Clock): () => Promise<Heartbeat['clock']> {
  let yesUntil = Number.NEGATIVE_INFINITY
  return async () => {
    const synced = (await timesyncdSays(machine)) ?? (clock.mono() < yesUntil ? true : await timedatedSays(machine))
    if (synced === true && clock.mono() >= yesUntil) yesUntil = clock.mono() + BELIEVE_YES_MS
    if (synced) return { synced, source: 'ntp' }
    return { synced, source: (await hasBatteryClock(machine)) ? 'rtc' : null }
  }
}

/** systemd-timesyncd touches this file at its first synchronisation; without it another service may still have one. */
async function timesyncdSays(machine: Machine): Promise<true | null> {
  const names = await orNull(() => machine.list('/run/systemd/timesync'))
  return names?.includes('synchronized') ? true : null
}

/** The kernel's own view (adjtimex), which chrony and ntpd set too. */
async function timedatedSays(machine: Machine): Promise<boolean | null> {
  const command = ['timedatectl', 'show', '-p', 'NTPSynchronized', '--value']
  const answer = (await orNull(() => machine.run(command, { timeoutMs: 3_000 })))?.trim()
  return answer === 'yes' ? true : answer === 'no' ? false : null
}

async function hasBatteryClock(machine: Machine): Promise<boolean> {
  const names = await orNull(() => machine.list('/sys/class/rtc'))
  return names !== null && names.length > 0
}
