import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Machine } from './machine.ts'
import { orNull, parseNumber } from './unknown.ts'

/** The heartbeat's `network`: the interface of the default route, else the first that is up. */
export async function readNetwork(machine: Machine): Promise<Heartbeat['network']> {
  const name = (await orNull(() => defaultInterface(machine))) ?? (await orNull(() => firstUp(machine)))
  if (name === null) return { interface: null, rssi_dbm: null, link_mbps: null, address: null }
  // At once: one that does not answer takes the time of all.
  const [rssi_dbm, link_mbps, address] = await Promise.all([
    orNull(() => readSignal(machine, name)),
    orNull(() => readSpeed(machine, name)),
    orNull(async () => machine.address(name)),
  ])
  return { interface: name, rssi_dbm, link_mbps, address }
}

/** The line of /proc/net/route with destination 0 and the smallest metric. */
async function defaultInterface(machine: Machine): Promise<string | null> {
  const routes = (await machine.readText('/proc/net/route')).split('\n').slice(1)
  const candidates = routes
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1] === '00000000' && fields[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]))
  return candidates[0]?.[0] ?? null
}

async function firstUp(machine: Machine): Promise<string | null> {
  for (const name of await machine.list('/sys/class/net')) {
    if (name === 'lo') continue
    const state = await orNull(() => machine.readText(`/sys/class/net/${name}/operstate`))
    if (state?.trim() === 'up') return name
  }
  return null
}

/** Signal level in dBm from /proc/net/wireless. Some old drivers print it as an unsigned byte. */
async function readSignal(machine: Machine, name: string): Promise<number | null> {
  for (const line of (await machine.readText('/proc/net/wireless')).split('\n')) {
    const [label, , , level] = line.trim().split(/\s+/)
    if (label !== `${name}:`) continue
    const dbm = parseNumber(level?.replace(/\.$/, ''))
    if (dbm === null || dbm === 0) return null
    return dbm > 0 ? dbm - 256 : dbm
  }
  return null
}

/** Mbit/s of a cable. Wireless interfaces refuse to be read, a pulled cable says -1. */
async function readSpeed(machine: Machine, name: string): Promise<number | null> {
  const speed = parseNumber(await machine.readText(`/sys/class/net/${name}/speed`))
  return speed !== null && speed > 0 ? speed : null
}
