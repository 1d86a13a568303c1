import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../cli/commands.ts'
import { exampleCall } from '../../cli/help.ts'
import { LIVE_COMMANDS } from '../../cli/live-commands.ts'
import { paramOptions } from '../../cli/param-options.ts'
import { hubOptions, parseCall as parse } from '../../cli/parse-call.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)
const COMMANDS = knownCommands()
const parseCall = (words: string[]) => parse(COMMANDS, words, NOW)

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'bad_params', message: expect.stringMatching(message) })

describe('a call on the command line', () => {
  it('fills positional params in order, and options by name with - or _', () => {
    expect(parseCall(['devices', 'rename', 'kitchen-pi', 'Kitchen Pi'])).toMatchObject({
      command: { area: 'devices', verb: 'rename' },
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

  it('names houses, rooms, people and groups by position', () => {
    const said = (words: string) => parseCall(words.split(' ')).params
    expect(said('houses create Cottage --num-floors 2')).toEqual({ name: 'Cottage', num_floors: 2 })
    expect(said('rooms create Kitchen --preferred-temperature -3.5')).toEqual({
      ...{ name: 'Kitchen', preferred_temperature: -3.5 },
    })
    expect(said('groups assign Day kitchen-pi')).toEqual({ group: 'Day', device: 'kitchen-pi' })
    expect(said('devices move kitchen-pi Kitchen --carried-by none')).toEqual({
      ...{ device: 'kitchen-pi', room: 'Kitchen', carried_by: 'none' },
    })
    expect(said('people presence Ann here')).toEqual({ person: 'Ann', state: 'here' })
    expect(said('people list --is-present no')).toEqual({ is_present: false })
    expect(parseCall(['houses', 'update', '--preferences', '{"quiet": true}']).params).toEqual({
      preferences: '{"quiet": true}',
    })
    expect(() => said('people presence Ann there')).toThrow(refused(/state/))
    expect(() => said('rooms list --colour red')).toThrow(
      refused(
        /^lares rooms list has no option --colour; it has --house, --name, --room-type, --floor, --limit, --after$/,
      ),
    )
  })

  it('leaves a text empty where that takes away what was written down, and no folder', () => {
    expect(parseCall(['devices', 'rename', 'hall-x7k2m9', '--name', '']).params).toMatchObject({ name: '' })
    expect(() => parseCall(['devices', 'list', '--data', ''])).toThrow(refused(/--data needs a value/))
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

  it.each([
    ['True', true],
    ['YES', true],
    ['on', true],
    ['1', true],
    ['false', false],
    ['No', false],
    ['OFF', false],
    ['0', false],
  ])('knows %s as yes or no, behind = and as the next word', (word, is_active) => {
    const email = 'anna@example.com'
    expect(parseCall(['users', 'update', email, `--is-active=${word}`]).params).toEqual({ email, is_active })
    expect(parseCall(['users', 'update', email, '--is-active', word]).params).toEqual({ email, is_active })
    expect(parseCall(['users', 'update', '--is-active', word, email]).params).toEqual({ email, is_active })
  })

  it('knows --no- before a switch, and closes no account by a word it does not know', () => {
    const email = 'anna@example.com'
    expect(parseCall(['users', 'update', email, '--no-is-active']).params).toEqual({ email, is_active: false })
    for (const word of ['--is-active=maybe', '--is-active=', '--is-active=y', '--no-is-active=2'])
      expect(() => parseCall(['users', 'update', email, word])).toThrow(refused(/--is-active is yes or no/))
    expect(() => parseCall(['users', 'update', email, '--no-role'])).toThrow(refused(/no option --no-role/))
  })

  it('leaves a number to the word that is one', () => {
    const retry = parseCall(['quarantine', 'retry', '--json', '1'])
    expect(retry).toMatchObject({ params: { id: 1 }, json: true })
  })

  it('turns what a person calls a time into milliseconds', () => {
    const since = (word: string) => parseCall(['events', 'list', '--since', word]).params.since
    expect(since('1h')).toBe(NOW - 3_600_000)
    expect(since('now')).toBe(NOW)
    expect(since('2026-11-27T12:00:00Z')).toBe(NOW - 3_900_000)
    expect(since(String(NOW))).toBe(NOW)
    expect(() => since('soon')).toThrow(refused(/"soon" is no time/))
  })

  it('keeps what belongs to the command line itself apart', () => {
    const words = ['devices', 'list', '--json', '--data', '/tmp/x', '--socket=/tmp/y', '--base', 'b', '--yes']
    expect(parseCall(words)).toMatchObject({
      params: {},
      json: true,
      yes: true,
      data: '/tmp/x',
      socket: '/tmp/y',
      base: 'b',
    })
    expect(parseCall(['users', 'create', 'a@b', '--admin']).params).toEqual({ email: 'a@b', role: 'admin' })
    expect(parseCall(['devices', 'list', '--help']).help).toBe(true)
    expect(parseCall(['devices', 'create', '-h']).help).toBe(true)
  })

  it('takes no password among its words', () => {
    for (const words of [['--password', 'long enough'], ['--password=long enough']])
      expect(() => parseCall(['users', 'create', 'a@b', ...words])).toThrow(refused(/takes no password/))
  })

  it('takes what stands behind -- as it is', () => {
    expect(parseCall(['devices', 'create', '--', '-h']).params).toEqual({ name: '-h' })
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
    [['devices', 'list', '-x'], /no option -x/],
    [['devices', 'list', '--admin'], /no option --admin/],
    [['devices', 'rename', '--name'], /--name needs a value/],
    [['devices', 'rename', '--name', '--json'], /--name needs a value/],
    [['devices', 'rename', 'kitchen-pi'], /needs <name>/],
    [['devices', 'list', '--__proto__', 'x'], /no option/],
    [['devices', 'list', '--constructor=x'], /no option/],
    [['devices', 'invite', 'x', '--device-type=tablett'], /cannot be "tablett"/],
  ] as const)('refuses %j', (words, message) => {
    expect(() => parseCall([...words])).toThrow(refused(message))
  })

  it.each([
    [['devcies', 'list'], /Did you mean lares devices list\?/],
    [['list', 'devices'], /^Did you mean lares devices list\? The area comes first\.$/],
    [['follow', 'readings', 'kitchen-pi'], /^Did you mean lares readings follow\?/],
    [['entity', 'set', 'lamp', 'on'], /^Did you mean lares entities set\?/],
    [['watc'], /^Did you mean lares watch\? See lares help watch\.$/],
    [['watch', 'hall-pi', 'kitchen-pi'], /^See lares help watch\. /],
    [['devices', 'lsit'], /Did you mean lares devices list\?/],
    [['events', 'list', '--sevrity=error'], /Did you mean --severity\?/],
    [['events', 'list', '--severity=eror'], /Did you mean error\?/],
  ] as const)('names the nearest for %j', (words, hint) => {
    expect(() => parse([...COMMANDS, ...LIVE_COMMANDS], words, NOW)).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(hint) }),
    )
  })

  it('knows the kind of every param of every command', () => {
    for (const command of COMMANDS) {
      const options = paramOptions(command)
      for (const name of command.positional)
        expect([command.area, command.verb, options.has(name.replaceAll('_', '-'))]).toEqual([
          command.area,
          command.verb,
          true,
        ])
    }
    const invite = findDescribed(COMMANDS, 'devices', 'invite')
    expect(invite && [...paramOptions(invite)]).toMatchObject([
      ['name', { kind: 'text', required: true }],
      [
        'device-type',
        { kind: 'text', required: false, choices: ['raspberry_pi', 'smart_speaker', 'tablet', 'custom'] },
      ],
      ['house', { kind: 'text', required: false }],
    ])
  })

  it('is what help shows for every example', () => {
    for (const command of COMMANDS)
      for (const { params } of command.examples) {
        const words = shellWords(exampleCall(command, params)).slice(1)
        const read = parse(COMMANDS, words, NOW).params
        for (const [name, value] of Object.entries(params)) {
          const format = command.params.properties?.[name]?.format
          // A time is a number by then, and a secret is asked for.
          if (format?.startsWith('time')) expect(read[name]).toEqual(expect.any(Number))
          else if (format === 'json-file') expect(read[name]).toMatch(/\.json$/)
          else if (!command.secret_params.includes(name))
            expect(String(read[name])).toBe(isPlain(value) ? JSON.stringify(value) : String(value))
        }
      }
  })
})

/** The words of a line without anything but single quotes. */
function shellWords(line: string): string[] {
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '')
}

/** What is typed as JSON: anything that is no list and has members. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value)
}
