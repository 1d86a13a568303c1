import type { Clock } from '../../shared/clock.ts'
import { wait } from '../../shared/clock.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import { clockSyncReader } from './clock-sync.ts'
import { cpuReader } from './cpu.ts'
import { readDisk } from './disk.ts'
import { readUptime } from './hardware.ts'
import type { Machine } from './machine.ts'
import { readMemory } from './memory.ts'
import { readNetwork } from './network.ts'
import { readThrottled, UNKNOWN_THROTTLED } from './throttled.ts'

/** The parts of the heartbeat that come from the operating system. */
export type SystemHealth = Pick<Heartbeat, 'uptime_s' | 'cpu' | 'throttled' | 'memory' | 'disk' | 'network' | 'clock'>

export interface SystemHealthOptions {
  machine: Machine
  clock: Clock
  /** A path on the disk that holds the agent's data. */
  diskPath: string
}

/** How long one group may take: a dead network mount must not hold back the heartbeat. */
const GROUP_TIMEOUT_MS = 5_000

const UNKNOWN: SystemHealth = {
  uptime_s: null,
  cpu: { percent: null, load1: null, temperature_c: null, frequency_mhz: null },
  throttled: UNKNOWN_THROTTLED,
  memory: { used_mb: null, total_mb: null, swap_mb: null },
  disk: { free_mb: null, used_percent: null, inode_percent: null, read_only: null, written_mb: null },
  network: { interface: null, rssi_dbm: null, link_mbps: null, address: null },
  clock: { synced: null, source: null },
}

/**
 * Returns a function that reads the machine's health. It never rejects and takes at most five seconds: what cannot be
 * read is `null`, each group on its own. `cpu.percent` is known from the second call on.
 *
 * To add a group: a file of this folder with one read function, a field in shared/messages/heartbeat.ts, a line here.
 */
export function systemHealthReader({ machine, clock, diskPath }: SystemHealthOptions): () => Promise<SystemHealth> {
  const alone = <K extends keyof SystemHealth>(name: K, read: () => Promise<SystemHealth[K]>) =>
    readAlone(clock, read, UNKNOWN[name])
  const groups = {
    uptime_s: alone('uptime_s', () => readUptime(machine)),
    cpu: alone('cpu', cpuReader(machine)),
    throttled: alone('throttled', () => readThrottled(machine)),
    memory: alone('memory', () => readMemory(machine)),
    disk: alone('disk', () => readDisk(machine, diskPath)),
    network: alone('network', () => readNetwork(machine)),
    clock: alone('clock', clockSyncReader(machine, clock)),
  }
  return async () => {
    const [uptime_s, cpu, throttled, memory, disk, network, synced] = await Promise.all([
      groups.uptime_s(),
      groups.cpu(),
      groups.throttled(),
      groups.memory(),
      groups.disk(),
      groups.network(),
      groups.clock(),
    ])
    return { uptime_s, cpu, throttled, memory, disk, network, clock: synced }
  }
}

/** Reads one group with a time limit. While an earlier read still hangs none is started. */
function readAlone<T>(clock: Clock, read: () => Promise<T>, unknown: T): () => Promise<T> {
  let hanging = false
  return async () => {
    if (hanging) return unknown
    hanging = true
    const over = new AbortController()
    const answer = read()
      .catch(() => {
        // A group that fails as a whole is unknown as a whole; the others are not touched.
        return unknown
      })
      .finally(() => {
        hanging = false
        over.abort()
      })
    return await Promise.race([
      answer,
      wait(clock, GROUP_TIMEOUT_MS, over.signal).then(() => (hanging ? unknown : answer)),
    ])
  }
}
