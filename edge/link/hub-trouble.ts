/** What is amiss between this agent and its hub, and what a person does about it. */
export interface HubTrouble {
  reason: string
  hint: string
}
