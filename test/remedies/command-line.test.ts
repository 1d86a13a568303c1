import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asPattern } from './lib/as-pattern.ts'
import { lares } from './lib/lares.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

/** A mistake at the command line, and what its own text says to do about it. */
interface Mistake {
  line: string
  /** What comes on standard input. */
  input?: string
  /** Part of the message. */
  says: string
  /** The remedy as the inventory has it. */
  hint: string
  /** The lines that the text says to write; each must succeed. The text is given to take them from. */
  mended: string | string[] | ((text: string) => string | string[])
  mendedInput?: string
}

const PASSWORD = 'long enough to be one\n'
let hub: RunningHub
const empty = mkdtempSync(join(tmpdir(), 'lares-empty-'))

beforeAll(async () => {
  hub = await startHub()
  for (const line of [
    'devices create "Kitchen Pi"',
    'devices create Twin',
    'devices create Twin',
    'users create ann@example.org',
    'users create closed@example.org',
    'users update closed@example.org --is-active no --yes',
    `users token ann@example.org "Ann's phone"`,
    'people add ann@example.org',
  ])
    expect(await at(line, PASSWORD)).toMatchObject({ code: 0, err: '' })
}, 60_000)

afterAll(async () => {
  await hub.stop()
  remove(hub.folder)
  remove(empty)
}, 60_000)

/** One line, to the hub of this test where it names no other. */
function at(line: string, input = '') {
  return lares(/--data|^completion/.test(line) ? line : `${line} --data ${hub.folder}`, input)
}

/** What the first group of the pattern finds in a text. */
function found(text: string, pattern: RegExp): string {
  const [, group] = pattern.exec(text) ?? []
  if (group === undefined) throw new Error(`${pattern} is not in: ${text}`)
  return group
}

/** The line that a remedy prints, from `lares` to the end of its sentence. */
function printed(text: string): string {
  return found(text, /(lares [^\n?,]*?)(?:\.? \[\w+\]|[?,]|\. |: )/)
}

/** The same line with the word that the remedy offers in the place of the wrong one. */
function corrected(line: string, wrong: string) {
  return (text: string) => line.replace(wrong, found(text, /Did you mean ([^?]+)\?/))
}

const MISTAKES: Mistake[] = [
  // which words
  {
    line: 'devcies list',
    says: 'there is no area devcies',
    hint: 'Did you mean lares ……? See lares help ….',
    mended: printed,
  },
  {
    line: 'devcies',
    says: 'there is no area devcies',
    hint: 'Did you mean lares ……? See lares help ….',
    mended: 'lares help devices',
  },
  {
    line: 'list devices',
    says: 'there is no area list',
    hint: 'Did you mean lares … …? The area comes first.',
    mended: printed,
  },
  { line: 'xyzzyplugh', says: 'there is no area', hint: 'See lares help.', mended: printed },
  {
    line: `--data ${empty} devices list`,
    says: '--data stands before the command',
    hint: 'Write options behind it: lares devices list --data DIR.',
    mended: (text) => found(text, /: (lares .*)\. \[/).replace('DIR', hub.folder),
  },
  { line: 'devices lst', says: 'there is no command devices lst', hint: 'Did you mean lares … …?', mended: printed },
  {
    line: 'devices explode',
    says: 'there is no command',
    hint: 'There are …. See lares help ….',
    mended: (text) => found(text, /See (lares.*?)\./),
  },
  {
    line: 'devices list kitchen',
    says: 'does not expect "kitchen"',
    hint: 'See lares help …. A text with spaces is put in quotes.',
    mended: (text) => [found(text, /See (lares.*?)\./), 'devices list'],
  },
  {
    line: 'devices rename "Kitchen Pi" The Kitchen',
    says: 'does not expect "Kitchen"',
    hint: 'See lares help …. A text with spaces is put in quotes.',
    mended: () => ['devices rename "Kitchen Pi" "The Kitchen"', 'devices rename "The Kitchen" "Kitchen Pi"'],
  },
  { line: 'devices rename', says: 'needs <device> and <name>', hint: 'See lares help ….', mended: printed },
  {
    line: 'users create bob@example.org --password secret',
    says: 'takes no password among its words',
    hint: 'Leave it out: it is asked for, or read as one line from standard input.',
    mended: 'users create bob@example.org',
    mendedInput: PASSWORD,
  },
  {
    line: 'users create eve@example.org',
    says: 'no password came on standard input',
    hint: 'Give the … as one line on standard input, or call this on a terminal.',
    mended: 'users create eve@example.org',
    mendedInput: PASSWORD,
  },
  {
    line: 'completion',
    says: 'completion for which shell?',
    hint: 'Write lares completion ….',
    mended: (text) => {
      const [first, ...more] = found(text, /Write lares completion (\S+)\./).split('|')
      return [first, ...more].map((shell) => `completion ${shell}`)
    },
  },
  // options
  {
    line: 'devices list --lmit 3',
    says: 'no option --lmit',
    hint: 'Did you mean --…? See … --help.',
    mended: corrected('devices list --lmit 3', '--lmit'),
  },
  {
    line: 'devices list --xyzzyplugh 3',
    says: 'no option --xyzzyplugh',
    hint: 'See … --help.',
    mended: (text) => found(text, /See (lares .*--help)/),
  },
  {
    line: 'devices list --limit',
    says: '--limit needs a value',
    hint: 'Write --…=….',
    mended: 'devices list --limit=10',
  },
  {
    line: 'devices list --limit many',
    says: 'limit is a number, not "many"',
    hint: 'Write digits: --…=10.',
    mended: (text) => `devices list ${found(text, /digits: (\S+)\. \[/)}`,
  },
  {
    line: 'devices list --all=perhaps',
    says: '--all is yes or no',
    hint: 'Write ….',
    mended: (text) => `devices list --all=${found(text, /Write (\w+)/)}`,
  },
  {
    line: 'events list --severity eror',
    says: 'severity cannot be "eror"',
    hint: '…It is one of ….',
    mended: corrected('events list --severity eror', 'eror'),
  },
  {
    line: 'events list --severity',
    says: '--severity needs a value',
    hint: 'It is one of ….',
    mended: (text) => `events list --severity ${found(text, /one of (\w+)/)}`,
  },
  {
    line: 'events list --since yesterdy',
    says: '"yesterdy" is no time',
    hint: 'Write it like one of these: ….',
    mended: (text) =>
      found(text, /these: (.*)\. \[/)
        .split(/, | or /)
        .map((time) => `events list --since ${time}`),
  },
  // which hub
  {
    line: `devices list --data ${empty}`,
    says: 'no hub answers at',
    hint: 'Is the hub running? One that has just been started answers within seconds. Name another data folder with --data. A hub elsewhere: lares login HUB.',
    mended: () => `devices list --data ${hub.folder}`,
  },
  {
    line: 'devices list --base other',
    says: 'does not answer below other/',
    hint: 'Its topics begin with something else: name it with --base, or name its data folder with --data.',
    mended: ['devices list --base lares'],
  },
  // what exists
  {
    line: 'devices show "Kitchn Pi"',
    says: 'there is no device Kitchn Pi',
    hint: 'Did you mean …? See lares devices list.',
    mended: corrected('devices show "Kitchn Pi"', 'Kitchn Pi'),
  },
  {
    line: 'devices show attic-speaker',
    says: 'there is no device attic-speaker',
    hint: 'See lares devices list.',
    mended: printed,
  },
  {
    line: 'devices show Twin',
    says: '2 devices are called Twin',
    hint: 'Name one of them by its id.',
    mended: (text) =>
      found(text, /called Twin: (.*)\n/)
        .split(', ')
        .map((one) => `devices show ${one.replace(/ .*/, '')}`),
  },
  {
    line: 'sensors remove "Kitchen Pi" humidity',
    says: 'has no sensor humidity',
    hint: 'Its sensors are listed by: lares devices show ….',
    mended: (text) => found(text, /by: (lares.*)\. \[/),
  },
  {
    line: 'devices list --after nobody',
    says: 'there is no nobody for the list to go on after',
    hint: 'Ask for the list from its beginning.',
    mended: 'devices list',
  },
  {
    line: 'houses show Hme',
    says: 'there is no house Hme',
    hint: 'Did you mean …? See lares houses list.',
    mended: corrected('houses show Hme', 'Hme'),
  },
  {
    line: 'houses show "the cottage"',
    says: 'there is no house the cottage',
    hint: 'See lares houses list.',
    mended: printed,
  },
  {
    line: 'users update anna@example.org --role admin',
    says: 'nobody has an account',
    hint: 'Did you mean …?',
    mended: corrected('users update anna@example.org --role user', 'anna@example.org'),
  },
  {
    line: 'users update nobody@elsewhere.net --role admin',
    says: 'nobody has an account',
    hint: 'See lares users list, or make one: lares users create.',
    mended: ['lares users list', 'lares users create nobody@elsewhere.net'],
    mendedInput: PASSWORD,
  },
  {
    line: 'users create ann@example.org',
    input: PASSWORD,
    says: 'ann@example.org has an account already',
    hint: '',
    mended: 'users update ann@example.org --role user',
  },
  {
    line: 'users token closed@example.org phone',
    says: 'the account of closed@example.org is closed',
    hint: 'Open it again: lares users update … --is-active yes.',
    mended: (text) => [found(text, /again: (lares.*)\. \[/), 'users token closed@example.org phone'],
  },
  {
    line: `users token ann@example.org "Ann's phone"`,
    says: "has a token called Ann's phone already",
    hint: 'Choose another name, or revoke that one: lares tokens revoke … ….',
    mended: (text) => [
      'users token ann@example.org tablet',
      `${found(text, /one: (lares.*)\. \[/)} --yes`,
      `users token ann@example.org "Ann's phone"`,
    ],
  },
  {
    line: 'users token ann@example.org old --expires 2001-01-01',
    says: 'expires: is in the past',
    hint: 'Write when, or after how long: 30d.',
    mended: (text) => `users token ann@example.org old --expires ${found(text, /long: (\w+)\./)}`,
  },
  {
    line: 'tokens revoke ann@example.org watch --yes',
    says: 'has no token watch',
    hint: 'See lares tokens list ….',
    mended: printed,
  },
  {
    line: 'people add ann@example.org --role guest',
    says: 'belongs to this house already',
    hint: 'For another role: lares people update … --role ROLE.',
    mended: (text) => `${found(text, /role: (lares.*?) ROLE/)} guest`,
  },
  {
    line: 'people remove closed@example.org --yes',
    says: 'does not belong to this house',
    hint: 'See lares people list.',
    mended: printed,
  },
  {
    line: 'retention set events:audit 3',
    says: 'is kept for ever and cannot be set',
    hint: 'The audit says who changed what. It is small; what grows can be set: lares retention show.',
    mended: printed,
  },
  {
    line: 'retention set readings:temprature 3000',
    says: 'there is no class readings:temprature',
    hint: '…Classes: …, and readings:<kind> with one of …',
    mended: corrected('retention set readings:temprature 3000 --yes', 'readings:temprature'),
  },
  {
    line: 'retention set xyzzyplugh 3',
    says: 'there is no class xyzzyplugh',
    hint: '…Classes: …, and readings:<kind> with one of …',
    mended: (text) => `retention set ${found(text, /Classes: (\w+)/)} 30 --yes`,
  },
  {
    line: 'retention set events many',
    says: 'days: is 1 to 36500, never or default',
    hint: 'See the parameters with `lares help … …`.',
    mended: (text) => [found(text, /`(lares .*)`/), 'retention set events never --yes'],
  },
  { line: 'sync claim --yes', says: 'this hub is not fenced', hint: 'See lares sync status.', mended: printed },
  {
    line: 'sync verify',
    says: 'this hub sends to no central',
    hint: 'Set [central] url in hub.toml; see docs/operations.md.',
    mended: 'sync status',
  },
  {
    line: 'quarantine discard 5 --yes',
    says: 'no row is held under the number 5',
    hint: 'See lares quarantine list.',
    mended: printed,
  },
  {
    line: 'devices revoke "Kitchen Pi"',
    says: '',
    hint: 'If that is what you want, say so with --yes.',
    mended: (text) => `devices revoke "Kitchen Pi" ${found(text, /with (--yes)\./)}`,
  },
]

describe('a mistake at the command line', () => {
  it.each(MISTAKES)(
    '$line: what it says, taken literally, works',
    async ({ line, input, says, hint, mended, mendedInput }) => {
      const { code, err } = await at(line, input)
      expect(code, err).not.toBe(0)
      expect(err).toContain(says)
      expect(err).toMatch(/ \[\w+\]\n$/)
      const lines = typeof mended === 'function' ? mended(err) : mended
      for (const one of [lines].flat())
        expect({ line: one, ...(await at(one, mendedInput)) }).toMatchObject({ code: 0, err: '' })
      expect(err).toMatch(asPattern(hint))
    },
  )
})
