import type { TLSSocket } from 'node:tls'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { DeviceIdentity } from '../link/device-identity.ts'
import { readDeviceIdentity } from '../link/device-identity.ts'
import { MOVED_HINT } from '../link/dial.ts'
import { openConnection } from '../link/hub-connection.ts'
import { openPinnedSocket } from '../link/pinned-socket.ts'
import { IDENTITY, INTRODUCTION, VERSION } from '../status/status-file.ts'
import type { Finding } from './findings.ts'
import { ok, problem, problemFrom, problemTold, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

/** What the running agent says of itself and the hub. Without a running agent nobody knows. */
export async function checkIntroduction({ status }: DoctorOptions): Promise<Finding[]> {
  if (status === null) return []
  return status.missing.filter(({ part }) => [IDENTITY, VERSION, INTRODUCTION].includes(part)).map(problemTold)
}

/** How an address is dialled and how one signs in there; a test hands in others. */
export interface HubDoor<S extends { destroy(): unknown }> {
  open(options: { address: string; pin: string; clock: Clock; timeoutMs: number }): Promise<S>
  /** Signs in and leaves again. Rejects with why the hub refused, or was silent for `timeoutMs`. */
  signIn(options: { socket: S; identity: DeviceIdentity; clock: Clock; timeoutMs: number }): Promise<void>
}

const INVITE = 'At the hub: lares devices invite NAME. Then here: lares edge join TOKEN.'
const AGENT_IS_AWAY = 'Look again in a minute: it may be about to connect. If it says the same, do what it says.'

const DIAL_MS = 10_000
const SIGN_IN_MS = 10_000

const realDoor: HubDoor<TLSSocket> = {
  open: openPinnedSocket,
  async signIn({ socket, identity: { device, secret }, clock, timeoutMs }) {
    const who = { clientId: device, username: device, password: secret }
    const connection = await openConnection({ ...{ socket, clock, timeoutMs }, ...who }, () => {})
    await connection.end()
  },
}

/**
 * Identity, addresses, key and credential, in this order; what an earlier one stops, a later one cannot say.
 * Every address is dialled at once, and told in the order in which they are known: those of the file, then those of the
 * identity. All of it takes at most 20 s, however many there are: 10 s to dial, 10 s to sign in.
 */
export async function checkHub(options: DoctorOptions): Promise<Finding[]> {
  return await checkHubThrough(realDoor, options)
}

export async function checkHubThrough<S extends { destroy(): unknown }>(
  door: HubDoor<S>,
  options: DoctorOptions,
): Promise<Finding[]> {
  const { dataFolder, config, clock } = options
  const identity = readDeviceIdentity(dataFolder)
  if (identity === null) return [problem('identity', 'this agent has not joined a hub', INVITE)]
  const addresses = [...new Set([...config.hub.addresses, ...identity.addresses])]
  let isTaken = false
  const check = async (address: string): Promise<{ reached: boolean; finding: Finding }> => {
    const name = `hub ${address}`
    let socket: S
    try {
      socket = await door.open({ address, pin: identity.pin, clock, timeoutMs: DIAL_MS })
    } catch (error) {
      return { reached: false, finding: dialFault(name, error) }
    }
    // One hub has one key: what it says of this device is asked once, where it answers first.
    if (!isTaken) {
      isTaken = true
      return { reached: true, finding: await checkCredential(name, door, { socket, identity, options }) }
    }
    socket.destroy()
    return { reached: true, finding: ok(name, 'the key is right') }
  }
  const answers = await Promise.all(addresses.map(check))
  const findings = answers.map(({ reached, finding }) => (reached ? finding : away(finding, isTaken)))
  return [ok('identity', `${identity.name} (${identity.device})`), ...findings]
}

/** Where nobody answers, the hub may have moved: what is to be done then stands with the dialling. */
function dialFault(check: string, error: unknown): Finding {
  const finding = problemFrom(check, error)
  return isUnreachable(error) ? { ...finding, mend: MOVED_HINT } : finding
}

const isUnreachable = (error: unknown) => error instanceof LaresError && error.code === 'unreachable'

/** One address that works is enough: the others are told, and nobody has to mend them. */
function away(finding: Finding, anotherWorks: boolean): Finding {
  return anotherWorks ? skipped(finding.check, `${finding.says}; another address works`) : finding
}

async function checkCredential<S extends { destroy(): unknown }>(
  check: string,
  door: HubDoor<S>,
  { socket, identity, options: { clock, status } }: { socket: S; identity: DeviceIdentity; options: DoctorOptions },
): Promise<Finding> {
  if (status !== null) {
    // Two connections with one client id: the broker would throw the running agent out.
    socket.destroy()
    const { state, reason } = status.link
    if (state === 'online') return ok(check, 'the key is right, and the running agent is connected')
    // Its reason has its own remedy; an agent that dials answers within a minute.
    return problem(check, `the key is right, but the running agent says: ${reason ?? state}`, AGENT_IS_AWAY)
  }
  try {
    await door.signIn({ socket, identity, clock, timeoutMs: SIGN_IN_MS })
    return ok(check, 'the key is right, and the hub accepts this device')
  } catch (error) {
    return problemFrom(check, error)
  }
}
