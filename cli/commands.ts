import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DescribedCommand } from '../shared/admin/described-command.ts'
import type { Program } from '../shared/program.ts'

/** Every verb that a hub of this version answers. `scripts/docs` writes the file from the hub's own list. */
export function knownCommands(): readonly DescribedCommand[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'commands.json'), 'utf8')) as DescribedCommand[]
}

/** The programs that ask no hub, for their words. `scripts/docs` writes this file too. */
export function knownPrograms(): readonly Program[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'programs.json'), 'utf8')) as Program[]
}

/** A command as it is typed. */
export function nameOf({ area, verb }: DescribedCommand): string {
  return `${area} ${verb}`.trim()
}

/** The command of an area and verb, or `undefined`. */
export function findDescribed(
  commands: readonly DescribedCommand[],
  area: string,
  verb: string,
): DescribedCommand | undefined {
  return commands.find((command) => command.area === area && command.verb === verb)
}
