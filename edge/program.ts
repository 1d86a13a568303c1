import type { Program } from '../shared/program.ts'

/** The words of `lares edge`. */
export const EDGE_PROGRAM = {
  name: 'lares edge',
  says: 'The agent on a Raspberry Pi',
  verbs: [
    { verb: 'join', params: ['token'], says: 'make this machine a device of a hub' },
    { verb: 'run', params: [], says: 'sample, listen and send until it is stopped' },
    { verb: 'doctor', params: [], says: 'check everything this agent needs' },
    { verb: 'status', params: [], says: 'how the running agent is' },
    { verb: 'config', params: [], says: 'check the settings; --example prints a file with every key' },
  ],
  options: {
    data: {
      kind: 'text',
      value: 'DIR',
      says: "where identity and outbox are kept (default: the service's state folder)",
    },
    config: { kind: 'text', value: 'FILE', says: 'configuration (default: /etc/lares/edge.toml, if it is there)' },
    name: {
      kind: 'text',
      value: 'NAME',
      says: 'what the house calls this device (default: the name in the invitation)',
    },
    example: { kind: 'switch', says: 'see config' },
    again: { kind: 'switch', says: 'join although this agent has an identity' },
    json: { kind: 'switch', says: 'for programs: doctor, status, errors' },
  },
} as const satisfies Program
