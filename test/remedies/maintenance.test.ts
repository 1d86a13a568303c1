import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../hub/store/open-store.ts'
import { silentLog } from '../../shared/log.ts'
import { asPattern } from './lib/as-pattern.ts'
import { lares } from './lib/lares.ts'
import { startHub } from './lib/running-hub.ts'

/** With a space and an apostrophe, as people name folders. */
const folder = mkdtempSync(join(tmpdir(), "lares Ann's "))
const data = join(folder, 'data')
const at = (name: string) => `"${join(folder, name)}"`

beforeAll(async () => {
  openStore({ folder: data, now: Date.UTC(2026, 0, 1), log: silentLog }).close()
  expect(await lares(`hub backup --to ${at('copy.db')} --data "${data}"`)).toMatchObject({ code: 0 })
  mkdirSync(join(folder, 'a-folder'))
  writeFileSync(join(folder, 'empty'), '')
  expect(await lares(`hub backup --to ${at('data/backups/kept.db')} --data "${data}"`)).toMatchObject({ code: 0 })
  copyFileSync(join(folder, 'copy.db'), join(folder, 'foreign.db'))
  writeForeignLog(join(folder, 'foreign.db'))
  writeFileSync(join(folder, 'damaged.db'), readFileSync(join(folder, 'copy.db')).fill(0xff, 3 * 4_096, 9 * 4_096))
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(join(folder, 'text'), 'a letter to somebody, which is no database at all')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Beside a database the log of another one, as it is left when somebody copies a file over the one of a killed hub. */
function writeForeignLog(file: string): void {
  const other = new Sqlite(join(folder, 'another.db'))
  other.pragma('journal_mode = WAL')
  other.exec('DROP TABLE IF EXISTS t; CREATE TABLE t (x)')
  copyFileSync(join(folder, 'another.db-wal'), `${file}-wal`)
  other.close()
}

interface Mistake {
  line: string
  says: string
  /** The remedy as the inventory has it. */
  hint: string
  /** Takes the remedy from the text: commands of a shell are run, what is returned are lines of lares. */
  mended: (text: string) => string | string[]
}

const shell = (command: string) => execFileSync('sh', ['-c', command], { cwd: folder })
const found = (text: string, pattern: RegExp) => pattern.exec(text)?.[1] ?? expect.fail(`${pattern} is not in: ${text}`)
const restore = () => `hub restore --from ${at('copy.db')}`

const MISTAKES: Mistake[] = [
  {
    line: 'hub backup',
    says: 'lares hub backup needs --to',
    hint: 'Write lares hub … --… FILE.',
    mended: (text) => found(text, /Write (lares .*)\. \[/).replace('FILE', at('new.db')),
  },
  {
    line: 'hub restore',
    says: 'lares hub restore needs --from',
    hint: 'Write lares hub … --… FILE.',
    mended: (text) => found(text, /Write (lares .*)\. \[/).replace('FILE', at('copy.db')),
  },
  {
    line: 'hub bakup',
    says: 'lares hub knows no bakup',
    hint: 'Did you mean … …? See … --help.',
    mended: (text) => `${found(text, /mean (lares hub \w+)\?/)} --to ${at('meant.db')}`,
  },
  {
    line: `hub backup --to ${at('deep/er/copy.db')}`,
    says: 'there is no folder',
    hint: 'Make it: mkdir -p …',
    mended(text) {
      shell(found(text, /Make it: (mkdir .*) \[/))
      return `hub backup --to ${at('deep/er/copy.db')}`
    },
  },
  {
    line: `hub backup --to ${at('a-folder')}`,
    says: 'a-folder is a folder',
    hint: 'Name a file in it: --to …',
    mended: (text) => `hub backup ${found(text, /in it: (--to .*) \[/)}`,
  },
  {
    line: `hub backup --to ${at('text/copy.db')}`,
    says: 'text is no folder',
    hint: 'Name a file in a folder that is there.',
    mended: () => `hub backup --to ${at('a-folder/another.db')}`,
  },
  {
    line: 'hub xyzzyplugh',
    says: 'lares hub knows no xyzzyplugh',
    hint: 'See … --help.',
    mended: (text) => found(text, /See (lares hub --help)\./),
  },
  {
    line: `hub backup --from ${at('copy.db')}`,
    says: 'lares hub backup takes no --from',
    hint: 'It is for …. See … … --help.',
    mended: (text) => [
      found(text, /See (lares hub backup --help)\./),
      `${found(text, /It is for .*(lares hub restore)/)} --from ${at('copy.db')}`,
    ],
  },
  {
    line: 'hub config hub.toml',
    says: 'lares hub config does not expect "hub.toml"',
    hint: 'Write … ….',
    mended: (text) => found(text, /Write (lares hub config)\./),
  },
  {
    line: `hub backup --to ${at('pipe')}`,
    says: 'pipe is there and is no ordinary file',
    hint: 'Name a file that is not there yet.',
    mended: () => `hub backup --to ${at('sixth.db')}`,
  },
  {
    line: `hub restore --from ${at('foreign.db')}`,
    says: 'foreign.db-wal is the log of another database',
    hint: 'Move it away, and look at what is restored: mv … …',
    mended(text) {
      shell(found(text, /restored: (mv .*) \[/))
      return `hub restore --from ${at('foreign.db')}`
    },
  },
  {
    line: `hub restore --from ${at('damaged.db')}`,
    says: 'damaged.db is damaged',
    hint: 'Choose another copy; the hub keeps its own in the folder backups.',
    mended: (text) => `hub restore --from ${at(`data/${found(text, /folder (backups)\./)}/kept.db`)}`,
  },
  {
    line: `hub backup --to ${at('text')}`,
    says: 'text is there and is no copy made by lares hub backup',
    hint: 'Name a file that is not there yet. What is there is never overwritten, with --replace neither.',
    mended: () => `hub backup --to ${at('third.db')}`,
  },
  {
    line: `hub backup --to ${at('copy.db')}`,
    says: 'copy.db is there already',
    hint: 'Name another file, or say --replace to put the new copy in the place of the old one.',
    mended: () => [`hub backup --to ${at('fourth.db')}`, `hub backup --to ${at('copy.db')} --replace`],
  },
  {
    line: `hub backup --to ${at('data/mine.db')}`,
    says: "lies in the data folder, among the hub's own files",
    hint: 'Choose a file in …, or better on another disk.',
    mended: (text) => `hub backup --to "${found(text, /a file in (.*?), or better/)}/mine.db"`,
  },
  {
    line: `hub backup --to ${at('data/backups/hub-1767225600000.db')}`,
    says: 'is a name that the hub gives to its own copies',
    hint: 'Choose another name, such as whole.db.',
    mended: (text) => `hub backup --to ${at(`data/backups/${found(text, /such as (\S+)\./)}`)}`,
  },
  {
    line: `hub restore --from ${at('none.db')}`,
    says: 'there is no file ',
    hint: 'Look for it: ls -l shows the files of a folder.',
    mended(text) {
      shell(`${found(text, /it: (ls -l) shows/)} .`)
      return restore()
    },
  },
  {
    line: `hub restore --from ${at('a-folder')}`,
    says: 'a-folder is a folder',
    hint: 'Name a file in it: ls shows them.',
    mended: restore,
  },
  {
    line: `hub restore --from ${at('empty')}`,
    says: 'empty is empty',
    hint: 'Choose a file made by lares hub backup, or one of the folder backups.',
    mended: restore,
  },
  {
    line: `hub restore --from ${at('text')}`,
    says: 'text is no SQLite database',
    hint: 'Choose a file made by lares hub backup, or one of the folder backups.',
    mended: restore,
  },
  {
    line: `hub restore --from ${at('data/hub.db')}`,
    says: 'is the database that is in use',
    hint: 'Choose a file made by lares hub backup, or one of the folder backups.',
    mended: restore,
  },
  {
    line: `hub restore --from ${at('copy.db')} --data ${at('nowhere')}`,
    says: 'there is no folder ',
    hint: 'Name the data folder with --data DIR.',
    mended: restore,
  },
  {
    line: `hub backup --to ${at('fifth.db')} --data ${at('a-folder')}`,
    says: 'there is no database in ',
    hint: 'Name the data folder of the hub with --data DIR.',
    mended: () => `hub backup --to ${at('fifth.db')}`,
  },
]

describe('a mistake with copies of the database', () => {
  it.each(MISTAKES)('$says: what it says, taken literally, works', async ({ line, says, hint, mended }) => {
    const run = (one: string) => lares(one.includes('--data') ? one : `${one} --data "${data}"`)
    const { code, err } = await run(line)
    expect(code, err).not.toBe(0)
    expect(err).toContain(says)
    expect(err).toMatch(asPattern(hint))
    for (const one of [mended(err)].flat()) expect({ one, ...(await run(one)) }).toMatchObject({ code: 0, err: '' })
  })

  it("after which the log of another database lies beside the hub's is mended in both ways that are named", async () => {
    const backup = (name: string) => lares(`hub backup --to ${at(name)} --data "${data}"`)
    const told = async () => {
      writeForeignLog(join(data, 'hub.db'))
      const { code, err } = await backup('never.db')
      expect(code, err).not.toBe(0)
      expect(err).toMatch(
        asPattern(
          'Start the hub once: it sets the log aside. Or restore a copy: lares hub restore --from FILE --data …',
        ),
      )
      return err
    }
    await told()
    const hub = await startHub({ folder: data })
    await hub.stop()
    expect(await backup('seventh.db')).toMatchObject({ code: 0, err: '' })
    const line = found(await told(), /a copy: (lares .*) \[/).replace('FILE', at('copy.db'))
    expect(await lares(line)).toMatchObject({ code: 0, err: '' })
    expect(await backup('eighth.db')).toMatchObject({ code: 0, err: '' })
  }, 60_000)
})
