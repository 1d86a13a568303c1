import { describe, expect, it } from 'vitest'
import { findCommand, knownCommands } from '../../cli/commands.ts'
import { hubOptions, paramKinds, parseCall as parse } from '../../cli/parse-call.ts'

const COMMANDS = knownCommands()
const parseCall = (words: string[]) => parse(COMMANDS, words)

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'bad_params', message: expect.stringMatching(message) })

describe('a call on the command line', () => {
  it('fills positional params in order, and options by name with - or _', () => {
    expect(parseCall(['devices', 'rename', 'kitchen-pi', 'Kitchen Pi'])).toMatchObject({
      area: 'devices',
      verb: 'rename',
      params: { device: 'kitchen-pi', name: 'Kitchen Pi' },
    })
    const expected = { name: 'Hall', device_type: 'tablet' }
    for (const words of [
      ['--device-type', 'tablet', 'Hall'],
      ['Hall', '--device_type', 'tablet'],
      ['Hall', '--device-type=tablet'],
    ])
      expect(parseCall(['devices', 'invite', ...words]).params).toEqual(expected)
  })

  it('turns numbers into numbers and switches into true', () => {
    expect(parseCall(['events', 'list', '--limit', '5', '--severity=error']).params).toEqual({
      limit: 5,
      severity: 'error',
    })
    expect(parseCall(['devices', 'list', '--all']).params).toEqual({ all: true })
    expect(parseCall(['devices', 'list', '--all=no']).params).toEqual({ all: false })
    expect(() => parseCall(['events', 'list', '--limit', 'many'])).toThrow(refused(/limit is a number/))
    expect(() => parseCall(['events', 'list', '--limit', ''])).toThrow(refused(/limit is a number/))
  })

  it('keeps what belongs to the command line itself apart', () => {
    const call = parseCall(['devices', 'list', '--json', '--data', '/tmp/x', '--socket=/tmp/y', '--base', 'b'])
    expect(call).toEqual({
      area: 'devices',
      verb: 'list',
      params: {},
      json: true,
      help: false,
      yes: false,
      data: '/tmp/x',
      socket: '/tmp/y',
      base: 'b',
    })
    expect(parseCall(['users', 'create', 'a@b', '--admin']).params).toEqual({ email: 'a@b', role: 'admin' })
    expect(parseCall(['devices', 'list', '--help']).help).toBe(true)
  })

  it('finds the hub that is meant also among options it does not know', () => {
    expect(hubOptions(['music', 'play', '--surprise', '--data', '/tmp/x', '--base=b'])).toEqual({
      data: '/tmp/x',
      base: 'b',
    })
  })

  it('keeps a value with an equals sign whole', () => {
    expect(parseCall(['devices', 'rename', 'd', '--name=a=b=c']).params).toMatchObject({ name: 'a=b=c' })
  })

  it.each([
    [['devices', 'list', 'extra'], /does not expect "extra"/],
    [['devices', 'list', '--surprise'], /no option --surprise/],
    [['devices', 'list', '--admin'], /no option --admin/],
    [['devices', 'rename', '--name'], /--name needs a value/],
    [['devices', 'list', '--__proto__', 'x'], /no option/],
    [['devices', 'list', '--constructor=x'], /no option/],
  ] as const)('refuses %j', (words, message) => {
    expect(() => parseCall([...words])).toThrow(refused(message))
  })

  it('knows the kind of every param of every command', () => {
    for (const command of COMMANDS) {
      const kinds = paramKinds(command)
      for (const name of command.positional)
        expect([command.area, command.verb, kinds.has(name)]).toEqual([command.area, command.verb, true])
    }
    const invite = findCommand(COMMANDS, 'devices', 'invite')
    expect(invite && [...paramKinds(invite)]).toEqual([
      ['name', { kind: 'text', required: true, choices: [] }],
      [
        'device_type',
        { kind: 'text', required: false, choices: ['raspberry_pi', 'smart_speaker', 'tablet', 'custom'] },
      ],
    ])
  })
})
