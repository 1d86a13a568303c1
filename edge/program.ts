import { LOG_LEVELS } from '../shared/log-board.ts'
import type { Program } from '../shared/program.ts'
import { AGENT_LOG_PARTS } from './control/log-levels.ts'

/** The words of `lares edge`. */
export const EDGE_PROGRAM = {
  name: 'lares edge',
  says: 'The agent on a Raspberry Pi',
  verbs: [
    { verb: 'join', params: ['token'], says: 'make this machine a device of a hub' },
    { verb: 'run', params: [], says: 'sample, listen and send until it is stopped' },
    { verb: 'doctor', params: [], says: 'check everything this agent needs' },
    { verb: 'status', params: [], says: 'how the running agent is' },
    {
      verb: 'log-level',
      params: ['part?', 'level?'],
      values: [AGENT_LOG_PARTS, LOG_LEVELS],
      says: 'how much parts of the running agent say, until it ends; with part and level: change it',
    },
    { verb: 'press', params: ['button'], says: 'press a button of the running agent whose pins are simulated' },
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
      verbs: ['join'],
    },
    example: { kind: 'switch', says: 'see config', verbs: ['config'] },
    again: { kind: 'switch', says: 'join although this agent has an identity', verbs: ['join'] },
    for: {
      kind: 'number',
      value: 'MINUTES',
      says: 'see log-level: so long, and then as before',
      verbs: ['log-level'],
    },
    json: { kind: 'switch', says: 'for programs: doctor, status, log-level, errors' },
  },
} as const satisfies Program
