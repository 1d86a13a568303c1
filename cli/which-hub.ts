import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { variable } from '../shared/environment.ts'
import { LaresError } from '../shared/errors.ts'
import { readHubPorts } from '../shared/hub-ports.ts'
import type { AdminClient } from './admin-client.ts'
import { type KeptHub, keptNamed, readKeptHubs } from './elsewhere/kept-hubs.ts'
import type { WhichHub } from './parse-call.ts'

/** The hub that is meant: the one of this machine, or one at which this person is logged in. */
export type MeantHub = { kind: 'here'; socket: string; base?: string } | { kind: 'elsewhere'; hub: KeptHub }

/** Asks the hub that is meant, and closes the connection. Throws `unreachable`. */
export async function withHub<T>(call: WhichHub, use: (client: AdminClient) => Promise<T>): Promise<T> {
  const client = await connectHub(meantHub(call))
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** Help and completion do without what speaks MQTT, which takes most of a start. */
export async function connectHub(meant: MeantHub): Promise<AdminClient> {
  if (meant.kind === 'here')
    return await (await import('./admin-client.ts')).connectLocally(meant.socket, meant.base ?? 'lares')
  return await (await import('./elsewhere/connect-elsewhere.ts')).connectElsewhere(meant.hub)
}

/** First level of the topics of a hub. */
export function baseOf(meant: MeantHub): string {
  return (meant.kind === 'here' ? meant.base : meant.hub.base) ?? 'lares'
}

/**
 * What is named goes before everything: `--hub`, else a data folder or socket, else `LARES_HUB`. Then the hub of this machine, where
 * there is one; on any other the usual login. Throws `not_found` for a login that is not there.
 */
export function meantHub(call: WhichHub): MeantHub {
  const isHere = call.data !== undefined || call.socket !== undefined || call.base !== undefined
  if (call.hub !== undefined) {
    if (isHere)
      throw new LaresError(
        'bad_params',
        '--hub names a hub elsewhere, and --data, --socket or --base one of this machine',
        {
          hint: 'Leave out one of them.',
        },
      )
    return { kind: 'elsewhere', hub: keptNamed(readKeptHubs(), call.hub) }
  }
  const named = isHere ? undefined : variable('LARES_HUB')
  if (named !== undefined) return { kind: 'elsewhere', hub: keptNamed(readKeptHubs(), named) }
  if (isHere || isHubHere()) return { kind: 'here', ...socketOf(call) }
  const kept = readKeptHubs()
  const usual = kept.hubs.find(({ name }) => name === kept.usual)
  if (usual === undefined && kept.hubs.length > 0)
    throw new LaresError('bad_params', `of your ${kept.hubs.length} logins none is the usual one`, {
      hint: 'Name one with --hub, or say which is asked from now on: lares logins --default NAME.',
    })
  return usual ? { kind: 'elsewhere', hub: usual } : { kind: 'here', ...socketOf(call) }
}

/** Whether a hub runs on this machine or did, also where its folder is not for this user. */
export function isHubHere(): boolean {
  const folder = dataFolder({})
  return ['hub.ports.json', 'hub.sock'].some((name) => mayBeThere(join(folder, name)))
}

function mayBeThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}

/** The hub of the data folder says where its socket is and how its topics begin; options go before that. */
export function socketOf(call: WhichHub): { socket: string; base?: string } {
  const folder = dataFolder(call)
  const hub = readHubPorts(folder)
  const socket = resolve(call.socket ?? hub?.socket ?? join(folder, 'hub.sock'))
  const base = call.base ?? (hub?.socket === socket ? hub.base : undefined)
  return { socket, ...(base === undefined ? {} : { base }) }
}

function dataFolder({ data }: WhichHub): string {
  return resolve(data ?? variable('LARES_DATA') ?? 'lares-data')
}
