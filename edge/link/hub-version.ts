import { agentUpgrade, isOlder, OLDEST_HUB, UPGRADE_COMMAND } from '../../shared/compatibility.ts'
import type { HubInfo } from '../../shared/messages/hub-info.ts'
import type { HubTrouble } from './hub-trouble.ts'

/**
 * What is wrong with the versions of agent and hub, with the command that mends it, or `null`. Both go on as far as they
 * understand each other.
 */
export function versionProblem(agent: string, hub: Pick<HubInfo, 'version' | 'oldest_agent'>): HubTrouble | null {
  const { version, oldest_agent: oldest } = hub
  if (oldest !== undefined && agentUpgrade(agent, oldest) !== null)
    return {
      reason: `this agent has version ${agent}, and the hub serves agents from ${oldest} on`,
      hint: `Upgrade this machine: ${UPGRADE_COMMAND}`,
    }
  if (isOlder(version, OLDEST_HUB))
    return {
      reason: `the hub has version ${version}, and this agent counts on ${OLDEST_HUB}`,
      hint: `Upgrade the hub, on its machine: ${UPGRADE_COMMAND}`,
    }
  return null
}
