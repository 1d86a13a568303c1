import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AdminClient, connectLocally } from '../../../cli/admin-client.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'
import { type Child, firstLine, runLares, startChild } from './children.ts'
import { freeAddress } from './free-address.ts'
import { type OtherMakers, startOtherMakers } from './other-makers.ts'
import { teachEnglish } from './speech.ts'

export interface Agent {
  name: string
  type: 'raspberry_pi' | 'smart_speaker'
  folder: string
  /** The agent's settings, TOML. */
  config: string
  /** Where it stands; absent: nowhere in particular. */
  room?: string
}

export interface House {
  /** Its data folder has this name too. */
  name: string
  /** What it is called at central. */
  site: string
  client: AdminClient
  /** The hub's own database, only to be read. */
  db: Database
  socket: string
  /** A link to its page, good once, by which whoever opens it makes the owner's account. */
  page: string
  /** Where its backups lie; `null`: nobody makes any. */
  backups: string | null
  /** Why nobody there understands what is said; `null`: the hub does. */
  deaf: string | null
  /** What is there that no agent of ours runs on. */
  others: OtherMakers | null
}

/** After its hub began again, as it does when a backup was restored: its socket and its database are other ones. */
export async function findAgain(house: House): Promise<void> {
  const client = await connectLocally(house.socket)
  await house.client.close()
  house.client = client
  const { name: file } = house.db
  house.db.close()
  house.db = openDatabase({ file, readonly: true })
}

export interface HousePlan {
  name: string
  agents: Agent[]
  /** The agent whose button switches a lamp that Zigbee2MQTT speaks for; absent: there is no such lamp. */
  lampButton?: string
  /** Its hub understands English. */
  understands?: boolean
}

export interface HouseSurroundings {
  folder: string
  /** Where sockets lie: their paths must be short. */
  run: string
  site: string
  centralUrl: string
  /** The address that is told when something is wrong. */
  toldAt: string
  /** Called with each program as soon as it runs. */
  started: (child: Child) => void
  say: (text: string) => void
  stop: AbortSignal
}

/** The demo is looked at by night, too. */
const DOOR_STANDS_OPEN = {
  kind: 'entity_state',
  name: 'The door stands open',
  measures: 'door',
  state: 'on',
  for: '10s',
  quiet: 'none',
}

/** Starts a hub that knows its central, then invites each agent and lets it join over TLS, as a person would. */
export async function startHouse(plan: HousePlan, surroundings: HouseSurroundings): Promise<House> {
  const { folder, run, site, centralUrl, toldAt, started, say, stop } = surroundings
  const { name } = plan
  const data = join(folder, name)
  const socket = join(run, `${name}.sock`)
  say(`Starting the hub of ${name} …`)
  mkdirSync(data, { recursive: true })
  writeFileSync(join(data, 'central.url'), `${centralUrl}\n`, { mode: 0o600 })
  // The house that has most is told of, and backed up.
  const cared = plan.lampButton === undefined ? null : writeSettings(folder, { name, toldAt })
  const anyPort: string[] = []
  for (const door of ['--tls', '--plain', '--http', '--https']) anyPort.push(door, await freeAddress())
  const hub = startChild(
    `the hub of ${name}`,
    [
      'hub',
      '--data',
      data,
      ...(cared ? ['--config', cared.config] : []),
      ...anyPort,
      '--socket',
      socket,
      '--print-ready',
    ],
    join(folder, `${name}.log`),
  )
  started(hub)
  const { plain } = JSON.parse(await firstLine(hub)) as { plain: number }
  stop.throwIfAborted()
  const house: House = {
    name,
    site,
    socket,
    others: null,
    page: '',
    backups: cared?.backups ?? null,
    deaf: 'nobody asked it to',
    client: await connectLocally(socket),
    db: openDatabase({ file: join(data, 'hub.db'), readonly: true }),
  }
  const { link } = (await house.client.request('users', 'setup', {})) as { link: string }
  house.page = link
  if (plan.understands) {
    say('Installing what understands English, once for all demos …')
    house.deaf = await teachEnglish(data, { say, stop })
    // What was said can be heard on the page; without this the sound goes as soon as its words are known.
    await house.client.request('personas', 'edit', { persona: 'companion', audio_days: 1 })
    await house.client.request('personas', 'publish', { persona: 'companion', notes: 'the demo keeps sound for a day' })
  }
  for (const room of new Set(plan.agents.flatMap((agent) => agent.room ?? [])))
    await house.client.request('rooms', 'create', { name: room })
  for (const agent of plan.agents) {
    stop.throwIfAborted()
    say(`Inviting ${agent.name} and joining it over TLS …`)
    started(await joinAgent(house.client, folder, agent))
  }
  if (plan.lampButton !== undefined) {
    say('Letting Zigbee2MQTT log in at the hub, with a lamp and a door contact …')
    house.others = await startOtherMakers(house.client, { plain, button: plan.lampButton, stop })
    await house.client.request('alert-rules', 'add', DOOR_STANDS_OPEN)
  }
  return house
}

/** A `hub.toml` that names whom to tell, and a folder that takes backups, with their passphrase beside it. */
function writeSettings(folder: string, { name, toldAt }: { name: string; toldAt: string }) {
  const backups = join(folder, 'backups')
  const secret = join(folder, 'backup.passphrase')
  const config = join(folder, `${name}.toml`)
  mkdirSync(backups, { recursive: true })
  writeFileSync(secret, 'a passphrase of the demo\n', { mode: 0o600 })
  const quoted = (text: string) => JSON.stringify(text)
  writeFileSync(
    config,
    `[alerts.targets.demo]\nkind = "webhook"\nurl = ${quoted(toldAt)}\n\n` +
      `[backup]\nto = { demo = { folder = ${quoted(backups)} } }\nsecret_file = ${quoted(secret)}\n`,
  )
  return { config, backups }
}

async function joinAgent(client: AdminClient, folder: string, agent: Agent): Promise<Child> {
  const { token } = (await client.request('devices', 'invite', { name: agent.name, device_type: agent.type })) as {
    token: string
  }
  const data = join(folder, agent.folder)
  mkdirSync(data, { recursive: true })
  const config = join(data, 'edge.toml')
  writeFileSync(config, agent.config)
  await runLares(['edge', 'join', token, '--data', data, '--config', config])
  if (agent.room !== undefined) await client.request('devices', 'move', { device: agent.name, room: agent.room })
  return startChild(
    agent.name,
    ['edge', 'run', '--data', data, '--config', config],
    join(folder, `${agent.folder}.log`),
  )
}
