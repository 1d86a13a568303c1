import type { HubProcess } from '../../../scripts/lib/bench/hub-process.ts'
import type { HubHealth } from '../../../shared/messages/hub-health.ts'

/** What the hub says of itself over HTTP. */
export async function healthOf(hub: HubProcess): Promise<HubHealth> {
  const response = await fetch(`http://127.0.0.1:${hub.ports.http}/health`)
  return (await response.json()) as HubHealth
}

/** The codes of what is wrong with it. */
export async function problemsOf(hub: HubProcess): Promise<string[]> {
  return (await healthOf(hub)).problems.map((problem) => problem.code)
}
