import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '../../../edge/agent.ts'
import { loadConfig } from '../../../edge/config/load-settings.ts'
import type { Machine } from '../../../edge/health/machine.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

export function agentFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lares-agent-'))
}

export interface RunningAgent {
  agent: Agent
  /** What it says is missing, as a person reads it. */
  missing(part: string): { reason: string; hint?: string } | undefined
  stop(): Promise<void>
}

export interface AgentStart {
  /** Its edge.toml; absent: it has none. */
  file?: string
  clock?: Clock
  machine?: Machine
  boot?: string
  version?: string
}

/** An agent in this process, as `lares edge run` composes it. */
export async function startAgent(
  folder: string,
  {
    file,
    clock = systemClock,
    machine = systemMachine({ clock }),
    boot = 'boot-1',
    version = '0.1.0',
  }: AgentStart = {},
): Promise<RunningAgent> {
  const empty = '/dev/null'
  const { config, faults } = loadConfig({ file: file ?? empty, env: {} })
  const agent = new Agent({
    ...{ dataFolder: folder, config, configFaults: faults, configFile: file ?? null, env: {}, machine },
    ...{ clock, log: silentLog, boot, version },
  })
  await agent.start()
  return {
    agent,
    missing: (part) => agent.status().missing.find((one) => one.part === part),
    stop: () => agent.stop(),
  }
}

export function removeFolders(folders: readonly string[]): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}
