import type { Program } from '../shared/program.ts'

/** The words of `lares hub`. `lares hub status` is a question to a running hub, and as such a command. */
export const HUB_PROGRAM = {
  name: 'lares hub',
  says: "The house's hub",
  usual: 'run',
  verbs: [
    { verb: 'run', params: [], says: 'run until SIGTERM; the word may be left out' },
    { verb: 'status', params: [], says: 'ask the running hub how it is' },
    { verb: 'wear', params: [], says: 'what the running hub writes to its card, and what that is in a year' },
    { verb: 'log', params: [], says: 'the last lines that the running hub remembers' },
    { verb: 'log-level', params: ['part', 'level'], says: 'let a part of the running hub say more or less' },
    {
      verb: 'health',
      params: [],
      says: 'whether the hub of this data folder is well (exit code 0); needs no database',
    },
    { verb: 'backup', params: [], says: 'a whole copy of the database in one new file: --to FILE' },
    {
      verb: 'restore',
      params: [],
      says: 'put a copy or a backup in its place, --from FILE; what is there is set aside. Stop the hub first',
    },
    {
      verb: 'salvage',
      params: [],
      says: 'save what can be read of a damaged database, --from FILE, into a new one: --to FILE. Restore that then',
    },
    { verb: 'migrate', params: [], says: 'bring the database up to date without starting' },
    { verb: 'config', params: [], says: 'check the settings of --config FILE; --example prints a file with every key' },
  ],
  options: {
    data: { kind: 'text', value: 'DIR', says: 'the data folder (default: $LARES_DATA or ./lares-data)' },
    config: { kind: 'text', value: 'FILE', says: 'settings in TOML (default: none)' },
    tls: { kind: 'text', value: 'HOST:PORT', says: 'listen there for MQTT over TLS' },
    plain: { kind: 'text', value: 'HOST:PORT', says: 'listen there for MQTT without TLS' },
    http: { kind: 'text', value: 'HOST:PORT', says: 'listen there for health and metrics' },
    https: { kind: 'text', value: 'HOST:PORT', says: 'listen there for the page' },
    socket: { kind: 'text', value: 'PATH', says: 'the local socket' },
    to: { kind: 'text', value: 'FILE', says: 'see backup and salvage', verbs: ['backup', 'salvage'] },
    from: { kind: 'text', value: 'FILE', says: 'see restore and salvage', verbs: ['restore', 'salvage'] },
    example: { kind: 'switch', says: 'see config', verbs: ['config'] },
    replace: {
      kind: 'switch',
      says: 'backup also over an earlier copy; restore a backup also where a house is',
      verbs: ['backup', 'restore'],
    },
    'passphrase-file': {
      kind: 'text',
      value: 'FILE',
      says: 'the first line of it opens the backup (default: it is asked for, or read from standard input)',
      verbs: ['restore'],
    },
    'print-ready': { kind: 'switch', says: 'one line of JSON on standard output once it listens' },
    json: { kind: 'switch', says: 'the bare answer of health, and errors as JSON' },
  },
} as const satisfies Program

/** What stands behind the options of a call. */
export type HubValues = { [K in keyof typeof HUB_PROGRAM.options]?: string | number | boolean }
