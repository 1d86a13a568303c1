import type { DescribedCommand } from '../shared/admin/described-command.ts'
import type { Option, Options } from '../shared/options.ts'
import { beginsLongWork } from './long-work.ts'

/** Options that are the command line's own, whatever is asked of a hub. */
export const OWN_OPTIONS = {
  hub: { kind: 'text', value: 'NAME', says: 'a hub elsewhere, as lares logins names it (default: $LARES_HUB)' },
  data: { kind: 'text', value: 'DIR', says: "the hub's data folder (default: $LARES_DATA or ./lares-data)" },
  socket: { kind: 'text', value: 'PATH', says: "the hub's local socket (default: as its data folder says)" },
  base: { kind: 'text', value: 'TOPIC', says: 'how its topics begin, where the data folder is not to be read' },
  json: { kind: 'switch', says: 'for programs: the bare answer, times in milliseconds; errors too' },
  yes: { kind: 'switch', says: 'do what is dangerous without asking' },
} as const satisfies Options

const INTO: Option = {
  kind: 'text',
  value: 'FILE',
  says: 'where the file goes, never over one that is there; - is standard output (default, of a hub elsewhere: its own name, here)',
}
const WAIT: Option = {
  kind: 'switch',
  says: 'stay until what was begun has ended, and end as it does (default: on a terminal)',
}

/** Of all these, what one command takes. */
export function ownOptionsOf(command: DescribedCommand): Options {
  // What asks no hub has no use for the ways to one.
  if (LOGGING_IN.has(command.area)) return { json: OWN_OPTIONS.json }
  return {
    ...(answersWithFile(command) ? { file: INTO } : {}),
    ...(beginsLongWork(command) ? { wait: WAIT } : {}),
    ...OWN_OPTIONS,
  }
}

const LOGGING_IN: ReadonlySet<string> = new Set(['login', 'logout', 'logins'])

/** Whether a command hands out a link to bytes. */
export function answersWithFile({ result }: Pick<DescribedCommand, 'result'>): boolean {
  return ['path', 'name', 'expires_at'].every((field) => result.properties?.[field] !== undefined)
}
