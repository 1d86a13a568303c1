import type { DescribedCommand } from '../shared/admin/described-command.ts'

const text = { type: 'string' } as const
const yesNo = { type: 'boolean', default: false } as const

function own(
  definition: Partial<DescribedCommand> & Pick<DescribedCommand, 'area' | 'summary' | 'params' | 'examples'>,
): DescribedCommand {
  return {
    ...{ verb: '', needs: null, needs_person: false, result: {}, positional: [], secret_params: [] },
    ...{ changes: false, dangerous: false },
    ...definition,
  }
}

/** Logging in at a hub elsewhere, and out. */
export const LOGIN_COMMANDS: readonly DescribedCommand[] = [
  own({
    area: 'login',
    summary: 'Log in at a hub elsewhere: from then on every command can ask it',
    params: {
      type: 'object',
      required: ['hub'],
      properties: {
        hub: {
          ...text,
          description: 'its address, such as lares.local or 192.168.1.5:8443, or the name of a login that has run out',
        },
        user: { ...text, description: 'e-mail address; with a token the user id that was shown beside it' },
        fingerprint: { ...text, description: 'what the machine of the hub shows; nobody is asked then' },
        name: { ...text, description: 'how you call this hub; default: the first word of its name' },
        default: { ...yesNo, description: 'ask this one where no hub is named' },
        password_stdin: { ...yesNo, description: 'the password is one line on standard input' },
        token_stdin: { ...yesNo, description: 'log in with a token, one line on standard input' },
      },
    },
    positional: ['hub'],
    secret_params: ['password', 'token'],
    examples: [
      { says: 'by its name in the house', params: { hub: 'lares.local' } },
      {
        says: 'in a script: the password comes on standard input',
        params: { hub: 'lares.local', user: 'anna@example.com', fingerprint: 'AA:BB:…', password_stdin: true },
      },
    ],
  }),
  own({
    area: 'logout',
    summary: 'Log out of a hub elsewhere, there and here',
    params: {
      type: 'object',
      properties: {
        hub: { ...text, description: 'as lares logins names it; default: the only one' },
        all: { ...yesNo, description: 'of all of them' },
      },
    },
    positional: ['hub'],
    examples: [{ says: 'of the only one', params: {} }],
  }),
  own({
    area: 'logins',
    summary: 'The hubs elsewhere at which you are logged in, and which is asked where none is named',
    params: { type: 'object', properties: { default: { ...text, description: 'ask this one from now on' } } },
    result: {
      type: 'object',
      properties: {
        logins: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              name: text,
              hub: text,
              user: text,
              is_default: { type: 'boolean' },
              since: { type: 'integer', format: 'time' },
              by: text,
              trusts: text,
            },
          },
        },
      },
    },
    examples: [
      { says: 'all of them', params: {} },
      { says: 'ask another one from now on', params: { default: 'cabin' } },
    ],
  }),
]
