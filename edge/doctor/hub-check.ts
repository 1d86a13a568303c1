import type { Identity } from '../identity.ts'
import { readIdentity } from '../identity.ts'
import { openConnection } from '../link/connection.ts'
import { openPinnedSocket } from '../link/pinned-socket.ts'
import { IDENTITY, INTRODUCTION, VERSION } from '../status-file.ts'
import type { Finding } from './findings.ts'
import { ok, problem, problemFrom } from './findings.ts'
import type { DoctorOptions } from './options.ts'

/** What the running agent says of itself and the hub. Without a running agent nobody knows. */
export async function checkIntroduction({ status }: DoctorOptions): Promise<Finding[]> {
  if (status === null) return []
  return status.missing.flatMap(({ part, reason }) => {
    if (part === IDENTITY) return [problem(part, reason, 'Give one of the two machines an identity of its own.')]
    if (part === VERSION) return [problem(part, reason, 'Upgrade what is named.')]
    if (part === INTRODUCTION) return [problem(part, reason, 'Mend the sensor that is named, then restart the agent.')]
    return []
  })
}

/** Identity, address, key and credential, in this order; what an earlier one stops, a later one cannot say. */
export async function checkHub(options: DoctorOptions): Promise<Finding[]> {
  const { dataFolder, config } = options
  const identity = readIdentity(dataFolder)
  if (identity === null)
    return [problem('identity', 'this agent has not joined a hub', 'Ask the hub for a token: lares devices invite.')]
  const findings = [ok('identity', `${identity.name} (${identity.device})`)]
  const addresses = [...new Set([...config.hub.addresses, ...identity.addresses])]
  const tried: Finding[] = []
  for (const address of addresses) {
    const finding = await checkAddress(address, identity, options)
    // One address that works is enough; the others were only tried before it.
    if (finding.state === 'ok') return [...findings, finding]
    tried.push(finding)
  }
  return [...findings, ...tried]
}

async function checkAddress(address: string, identity: Identity, options: DoctorOptions): Promise<Finding> {
  const { clock, status } = options
  const check = `hub ${address}`
  try {
    const socket = await openPinnedSocket({ address, pin: identity.pin, clock })
    if (status !== null) {
      // Two connections with one client id: the broker would throw the running agent out.
      socket.destroy()
      const { state, reason } = status.link
      if (state === 'online') return ok(check, 'the key is right, and the running agent is connected')
      return problem(check, `the key is right, but the running agent says: ${reason ?? state}`, 'Look at its journal.')
    }
    const { device, secret } = identity
    const connection = await openConnection(
      { socket, clock, clientId: device, username: device, password: secret },
      () => {},
    )
    await connection.end()
    return ok(check, 'the key is right, and the hub accepts this device')
  } catch (error) {
    return problemFrom(check, error)
  }
}
