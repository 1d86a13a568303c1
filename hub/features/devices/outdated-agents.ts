import { agentUpgrade, OLDEST_AGENT } from '../../../shared/compatibility.ts'
import type { Context } from '../../engine/context.ts'
import type { Origin } from '../../engine/feature.ts'

/** Tells the house of agents that are older than this hub serves in full: once for each version, not at every connect. */
export class OutdatedAgents {
  #told = new Map<string, string>()

  look(context: Context, version: string, { device, house }: Origin): void {
    const upgrade = agentUpgrade(version)
    if (upgrade === null || this.#told.get(device) === version) return
    context.addEvent({
      type: 'agent_outdated',
      device,
      house,
      description: `The agent has version ${version}; this hub serves ${OLDEST_AGENT} and newer in full. On its machine: ${upgrade}`,
      data: { version, oldest: OLDEST_AGENT, upgrade },
    })
    context.committed(() => this.#told.set(device, version))
  }
}
