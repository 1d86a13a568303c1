import type { Options } from '../shared/options.ts'

/** Options that are the command line's own, whatever the command. */
export const OWN_OPTIONS = {
  data: { kind: 'text', value: 'DIR', says: "the hub's data folder (default: $LARES_DATA or ./lares-data)" },
  socket: { kind: 'text', value: 'PATH', says: "the hub's local socket (default: as its data folder says)" },
  base: { kind: 'text', value: 'TOPIC', says: 'how its topics begin, where the data folder is not to be read' },
  json: { kind: 'switch', says: 'for programs: the bare answer, times in milliseconds; errors too' },
  yes: { kind: 'switch', says: 'do what is dangerous without asking' },
} as const satisfies Options
