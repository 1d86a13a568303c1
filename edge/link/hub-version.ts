import { agentUpgrade, isOlder, OLDEST_HUB, UPGRADE_COMMAND } from '../../shared/compatibility.ts'
import type { HubInfo } from '../../shared/messages/hub-info.ts'

/**
 * What is wrong with the versions of agent and hub, with the command that mends it, or `null`. Both go on as far as they
 * understand each other.
 */
export function versionProblem(agent: string, hub: Pick<HubInfo, 'version' | 'oldest_agent'>): string | null {
  const { version, oldest_agent: oldest } = hub
  if (oldest !== undefined && agentUpgrade(agent, oldest) !== null)
    return `this agent has version ${agent}, and the hub serves agents from ${oldest} on. Here: ${UPGRADE_COMMAND}`
  if (isOlder(version, OLDEST_HUB))
    return `the hub has version ${version}, and this agent counts on ${OLDEST_HUB}. On the hub's machine: ${UPGRADE_COMMAND}`
  return null
}
