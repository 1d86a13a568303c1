import { describe, expect, it } from 'vitest'
import { readBoolean } from '../../shared/booleans.ts'
import { ERROR_CODES, LaresError } from '../../shared/errors.ts'
import { exitCodeOf, lastWords } from '../../shared/exit-code.ts'
import { type Options, optionLines, readWords } from '../../shared/options.ts'
import { type Program, programHelp, readProgram } from '../../shared/program.ts'

const OPTIONS = {
  data: { kind: 'text', value: 'DIR', says: 'where' },
  limit: { kind: 'number' },
  json: { kind: 'switch' },
  'print-ready': { kind: 'switch' },
  step: { kind: 'text', choices: ['5m', '1h'] },
} as const satisfies Options

const read = (...words: string[]) => {
  const { values, ...rest } = readWords(words, { options: OPTIONS, program: 'lares test' })
  return { ...rest, values: Object.fromEntries(values) }
}

describe('the words of a program', () => {
  it('show help whatever stands beside it', () => {
    for (const words of [
      ['--help', '--dta', 'x'],
      ['-h', '--limit', 'many'],
      ['--step', '9h', '--help'],
      ['-h', '--data'],
    ])
      expect(read(...words)).toMatchObject({ help: true, positionals: [] })
  })

  it('are options in any form, and positional words in their order', () => {
    expect(read('a', '--data', '/x', '--limit=5', 'b', '--print_ready', '--step', '5m', '-')).toEqual({
      values: { data: '/x', limit: 5, 'print-ready': true, step: '5m' },
      positionals: ['a', 'b', '-'],
      help: false,
      version: false,
    })
  })

  it('ask for help and version anywhere, but not behind --', () => {
    expect(read('a', '-h')).toMatchObject({ help: true })
    expect(read('--version')).toMatchObject({ version: true })
    expect(read('-v', '--help')).toMatchObject({ version: true, help: true })
    expect(read('--', '-h', '--json')).toMatchObject({ help: false, positionals: ['-h', '--json'], values: {} })
  })

  it('keep negative numbers and values with an equals sign whole', () => {
    expect(read('-5', '--limit', '-3', '--data=a=b')).toMatchObject({
      positionals: ['-5'],
      values: { limit: -3, data: 'a=b' },
    })
  })

  it('takes a choice in any case', () => {
    expect(read('--step', '1H')).toMatchObject({ values: { step: '1h' } })
  })

  it.each([
    [['--dta', 'x'], /no option --dta/, /Did you mean --data\?/],
    [['--data'], /--data needs a value/, /--data=DIR/],
    [['--data', ''], /--data needs a value/, /--data=DIR/],
    [['--data= '], /--data needs a value/, /--data=DIR/],
    [['--data', '--json'], /--data needs a value/, /--data=DIR/],
    [['--limit', 'many'], /limit is a number, not "many"/, /--limit=10/],
    [['--json=perhaps'], /--json is yes or no, not "perhaps"/, /yes or no/],
    [['--step', '2h'], /step cannot be "2h"/, /one of 5m, 1h/],
    [['-j'], /no option -j/, /--help/],
    [['--no-data'], /no option --no-data/, /--help/],
    [['--toString'], /no option --toString/, /--help/],
  ])('%j are refused with what would be right', (words, message, hint) => {
    expect(() => read(...words)).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    )
  })

  it('explain themselves', () => {
    expect(optionLines(OPTIONS)).toEqual([
      '  --data DIR     where',
      '  --limit N',
      '  --json',
      '  --print-ready',
      '  --step 5m|1h',
    ])
  })
})

describe('yes and no', () => {
  it('have eight spellings in any case, and nothing else is one', () => {
    for (const word of ['true', 'True', 'YES', 'on', '1']) expect(readBoolean(word)).toBe(true)
    for (const word of ['false', 'NO', 'Off', '0']) expect(readBoolean(word)).toBe(false)
    for (const word of ['', 'y', 'maybe', '2', 'nope', 'enabled']) expect(readBoolean(word)).toBe(null)
  })
})

describe('a program', () => {
  const PROGRAM: Program = {
    name: 'lares test',
    says: 'A program',
    verbs: [
      { verb: 'run', params: [], says: 'run it' },
      { verb: 'join', params: ['token', 'name?'], says: 'join it' },
    ],
    options: OPTIONS,
  }

  it('has a verb with as many words as it needs', () => {
    expect(readProgram(PROGRAM, ['join', 'x', '--json'])).toMatchObject({ verb: 'join', params: ['x'] })
    expect(readProgram({ ...PROGRAM, usual: 'run' }, [])).toMatchObject({ verb: 'run' })
    expect(readProgram(PROGRAM, [])).toMatchObject({ verb: null })
    expect(() => readProgram(PROGRAM, ['join'])).toThrow('the token is missing')
    expect(() => readProgram(PROGRAM, ['run', 'x'])).toThrow('does not expect "x"')
    expect(() => readProgram(PROGRAM, ['jion'])).toThrow(
      expect.objectContaining({ code: 'unknown_command', hint: expect.stringContaining('lares test join?') }),
    )
  })

  it('refuses an option with a verb that has no use for it, and says which has', () => {
    const program: Program = {
      ...PROGRAM,
      usual: 'run',
      options: { ...OPTIONS, again: { kind: 'switch', says: 'see join', verbs: ['join'] } },
    }
    expect(readProgram(program, ['join', 'x', '--again', '--json']).values.get('again')).toBe(true)
    for (const words of [['run', '--again'], ['--again'], ['run', '--no-again', '--json']])
      expect(() => readProgram(program, words)).toThrow(
        expect.objectContaining({
          code: 'bad_params',
          message: 'lares test run takes no --again',
          hint: 'It is for lares test join. See lares test run --help.',
        }),
      )
    expect(readProgram(program, ['run', '--again', '--help'])).toMatchObject({ help: true })
    expect(programHelp(program, 'run')).not.toContain('--again')
    expect(programHelp(program, null)).toContain('--again')
  })

  it('helps with all or one of its verbs', () => {
    expect(readProgram(PROGRAM, ['help', 'join'])).toMatchObject({ verb: 'join', help: true })
    expect(programHelp(PROGRAM, null)).toContain('lares test join <token> [name]  join it')
    expect(programHelp(PROGRAM, 'run')).not.toContain('join')
  })
})

describe('what a program ends with', () => {
  it('tells a script what kind of failure it was', () => {
    const code = (error: unknown) => exitCodeOf(error)
    expect(code(new LaresError('bad_params', 'x'))).toBe(2)
    expect(code(new LaresError('not_found', 'x'))).toBe(3)
    expect(code(new LaresError('unreachable', 'x'))).toBe(4)
    expect(code(new LaresError('confirm_needed', 'x'))).toBe(5)
    expect(code(new LaresError('disk_full', 'x'))).toBe(1)
    expect(code(new Error('x'))).toBe(1)
    for (const known of ERROR_CODES) expect(code(new LaresError(known, 'x'))).toBeGreaterThan(0)
  })

  it('is said in words, or as JSON for programs', () => {
    const error = new LaresError('not_found', 'there is no device x')
    expect(lastWords(error, [])).toMatch(/^there is no device x\n {2}.* \[not_found\]\n$/)
    expect(JSON.parse(lastWords(error, ['devices', 'show', 'x', '--json']))).toEqual({
      error: { code: 'not_found', message: 'there is no device x', hint: error.hint },
    })
    expect(lastWords(error, ['devices', 'create', '--', '--json'])).not.toContain('{')
  })

  it('say what to run when code came without its packages', async () => {
    const missing = 'a-package-that-nobody-installed'
    const error: unknown = await import(/* @vite-ignore */ missing).catch((thrown: unknown) => thrown)
    const plain = Object.assign(new Error(`Cannot find package '${missing}' imported from /x.ts`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    for (const one of [error, plain])
      expect(lastWords(one, [])).toMatch(
        /^the npm package a-package-that-nobody-installed is missing\n {2}Run scripts\/setup/,
      )
  })
})
