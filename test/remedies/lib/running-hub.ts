import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHubConfig } from '../../../hub/config.ts'
import { Hub } from '../../../hub/hub.ts'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { keepHubPorts } from '../../../shared/hub-ports.ts'
import { silentLog } from '../../../shared/log.ts'

const ANY = '127.0.0.1:0'

export interface RunningHub {
  folder: string
  tls: number
  plain: number
  pin: string
  stop(): Promise<void>
}

/** A hub in this process, as `lares hub` composes it. `folder`: one that is there, and stays when the hub stops. */
export async function startHub({
  folder = mkdtempSync(join(tmpdir(), 'lares-hub-')),
  config: file,
  tls = ANY,
  clock = systemClock,
}: {
  folder?: string
  config?: string
  tls?: string
  clock?: Clock
} = {}): Promise<RunningHub> {
  const config = readHubConfig(file, { tls, plain: ANY, http: ANY, https: ANY })
  const hub = new Hub({ folder, config, version: 'test', clock, log: silentLog, logLevel: 'error' })
  await hub.start()
  const ports = { ...hub.ports, pid: process.pid, host: '127.0.0.1', base: config.base, pin: hub.pin }
  keepHubPorts({ folder, ports, clock: systemClock, log: silentLog })
  return { folder, tls: hub.ports.tls, plain: hub.ports.plain, pin: hub.pin, stop: () => hub.stop() }
}

export function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}
