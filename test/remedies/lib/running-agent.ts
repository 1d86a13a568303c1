import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from '../../../edge/agent.ts'
import { loadConfig } from '../../../edge/config/load-settings.ts'
import type { Machine } from '../../../edge/health/machine.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import { systemClock } from '../../../shared/clock.ts'
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

/** An agent in this process, as `lares edge run` composes it. `file`: its edge.toml; absent: it has none. */
export async function startAgent(
  folder: string,
  { file, machine = systemMachine({ clock: systemClock }) }: { file?: string; machine?: Machine } = {},
): Promise<RunningAgent> {
  const empty = '/dev/null'
  const { config, faults } = loadConfig({ file: file ?? empty, env: {} })
  const agent = new Agent({
    ...{ dataFolder: folder, config, configFaults: faults, configFile: file ?? null, env: {}, machine },
    ...{ clock: systemClock, log: silentLog, boot: 'boot-1', version: '0.1.0' },
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
