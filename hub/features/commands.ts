import type { AdminCommand } from '../engine/admin-command.ts'
import { describeVerbs } from './describe-verbs.ts'
import { FEATURES } from './features.ts'

const OF_FEATURES = await Promise.all(FEATURES.flatMap(({ commands }) => (commands ? [commands(FEATURES)] : [])))

/** Every verb of the admin door. */
export const COMMANDS: readonly AdminCommand[] = [...OF_FEATURES.flat(), describeVerbs(() => COMMANDS)]

/** Every area that has commands, in the order of the alphabet. */
export function commandAreas(): string[] {
  return [...new Set(COMMANDS.map(({ area }) => area))].sort()
}

/** The command of an area and verb, by a Map so that no inherited name can be called. */
const BY_NAME = new Map(COMMANDS.map((command) => [`${command.area}/${command.verb}`, command]))

export function findAdminCommand(area: string, verb: string): AdminCommand | undefined {
  return BY_NAME.get(`${area}/${verb}`)
}
