import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { LOGIN_COMMANDS } from './login-commands.ts'

function live(
  definition: Pick<DescribedCommand, 'area' | 'verb' | 'summary' | 'examples'>,
  params: string[],
): DescribedCommand {
  const known = { device: { type: 'string', format: 'device' }, sensor: { type: 'string', format: 'sensor' } }
  const properties = Object.fromEntries(Object.entries(known).filter(([name]) => params.includes(name)))
  return {
    ...definition,
    needs: 'see',
    needs_person: false,
    params: { type: 'object', properties },
    result: {},
    positional: params,
    secret_params: [],
    changes: false,
    dangerous: false,
  }
}

/** What the command line does itself with what the hub publishes or answers: no verbs of the hub, and called like them. */
export const LIVE_COMMANDS: readonly DescribedCommand[] = [
  ...LOGIN_COMMANDS,
  {
    ...live(
      {
        area: 'setup',
        verb: '',
        summary: "A link, good once, by which the owner's account is made at the page, or gets another password",
        examples: [{ says: 'on the machine of the hub', params: {} }],
      },
      [],
    ),
    needs: 'administer',
  },
  {
    ...live(
      {
        area: 'talk',
        verb: '',
        summary: 'Talk to the house: type a sentence, read its answer, until exit or Ctrl-D',
        examples: [
          { says: 'a conversation', params: {} },
          { says: 'as if at a speaker, in German', params: { device: 'kitchen-pi', language: 'de' } },
        ],
      },
      ['device'],
    ),
    params: {
      type: 'object',
      properties: {
        device: { type: 'string', format: 'device', description: 'the speaker that hears it' },
        language: { type: 'string', enum: ['en', 'de'], description: "default: its persona's, or any" },
        house: { type: 'string', description: 'which one is meant, where there are several' },
      },
    },
    positional: [],
    needs: 'control',
    changes: true,
  },
  live(
    {
      area: 'watch',
      verb: '',
      summary: 'Every device and sensor as it is now, until Ctrl-C',
      examples: [{ says: 'the whole house', params: {} }],
    },
    ['device'],
  ),
  live(
    {
      area: 'readings',
      verb: 'follow',
      summary: 'Each value when it changes, one line each, until Ctrl-C',
      examples: [{ says: 'one sensor of one device', params: { device: 'kitchen-pi', sensor: 'cpu_temperature' } }],
    },
    ['device', 'sensor'],
  ),
  live(
    {
      area: 'events',
      verb: 'follow',
      summary: 'What happens, when it happens, one line each, until Ctrl-C',
      examples: [{ says: 'events of the house', params: {} }],
    },
    ['device'],
  ),
]
