import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { KeyCare } from '../../hub/core/key-care.ts'
import { Health } from '../../hub/health/hub-health.ts'
import { KeyFolder } from '../../hub/secrets/key-folder.ts'
import { Keyring } from '../../hub/secrets/keyring.ts'
import { StoredSecrets } from '../../hub/secrets/stored-secrets.ts'
import { storeFile, usualKeyFolder } from '../../hub/store/places.ts'
import { LaresError } from '../../shared/errors.ts'
import { silentLog } from '../../shared/log.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { NOT_ROOT, withoutRoot } from '../without-root.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { lares } from './lib/lares.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

/** With a space and an apostrophe, as people name folders. */
const folder = mkdtempSync(join(tmpdir(), "lares Ann's "))
const isRoot = process.geteuid?.() === 0
const keys = new KeyFolder(usualKeyFolder(folder))
let hub: RunningHub
const at = (line: string, input = '') => lares(`${line} --data "${folder}"`, input)
const set = (line = 'secrets set mail') => at(line, 'a token\n')

/** Writes down what sudo is given, each argument with a NUL behind it, and an empty one behind the last. */
const SUDO = 'sudo() { printf "%s\\0" "$@" ""; }'

/**
 * As a person who is not the hub's user: their own shell sees nothing of the hub's, also where it puts something in, and only
 * what sudo is given runs with more rights. Not every machine has sudo.
 */
function shell(text: string): void {
  const asPerson = isRoot ? { uid: NOT_ROOT, gid: NOT_ROOT } : {}
  const given = execFileSync('sh', ['-c', `${SUDO}\n${text}`], { ...asPerson, cwd: '/', encoding: 'utf8' })
  for (const call of given.split('\0\0').slice(0, -1)) {
    const [program = '', ...words] = call.split('\0')
    execFileSync(program, words)
  }
}
const keyFile = () => join(keys.path, `${keys.read()[0]?.id}.key`)

beforeAll(async () => {
  hub = await startHub({ folder })
}, 60_000)
beforeEach(async () => expect(await set()).toMatchObject({ code: 0 }))
afterAll(async () => {
  await hub.stop()
  remove(folder)
}, 60_000)

/** More than a loaded machine takes. */
const PATIENCE = { timeout: 120_000, interval: 200 }

/** As a failing card leaves a value. */
function damage(name: string): void {
  const db = openDatabase({ file: storeFile(folder) })
  db.prepare("UPDATE secrets SET value = substr(value, 1, length(value) - 4) || 'AAAA' WHERE name = ?").run(name)
  db.close()
}

async function read(source: { secret: string } | { secret_file: string }): Promise<string> {
  const reader = new StoredSecrets(storeFile(folder), new Keyring(() => keys.read()))
  return reader.with(source, String).catch((error: unknown) => {
    if (error instanceof LaresError) return `${error.message}\n  ${error.hint} [${error.code}]`
    throw error
  })
}

describe('the remedy for', () => {
  it('a secret that is not there', async () => {
    const { code, err } = await at('secrets remove xyzzyplugh --yes')
    expect([code, err]).toEqual([3, expect.stringMatching(asPattern('See lares secrets list.'))])
    expect((await at(found(err, /See (lares .*)\. \[/))).out).toContain('mail')
  })

  it('a secret that something needs and nobody entered', async () => {
    const said = await read({ secret: 'hall' })
    expect(said).toMatch(asPattern('Enter it: lares secrets set …'))
    expect(await set(found(said, /Enter it: (.*) \[/))).toMatchObject({ code: 0 })
    expect(await read({ secret: 'hall' })).toBe('a token')
  })

  it('a folder of keys that others may enter, and a key that they may read', async () => {
    const spoilt = [
      () => chmodSync(keys.path, 0o755),
      (
        (file) => () =>
          chmodSync(file, 0o640)
      )(keyFile()),
    ]
    for (const spoil of spoilt) {
      spoil()
      const { code, err } = await set()
      expect([code, err]).toEqual([1, expect.stringMatching(asPattern('Make it private: sudo … …'))])
      shell(found(err, /private: (sudo .*) \[/))
      expect(await set()).toMatchObject({ code: 0 })
    }
  })

  it.runIf(process.geteuid?.() === 0)('a key of another user', () => {
    const id = new KeyFolder(join(folder, 'others')).make()
    const others = new KeyFolder(join(folder, 'others'))
    const read = () => {
      process.seteuid?.(65_534)
      try {
        return others.read().map((key) => key.id)
      } catch (error) {
        return (error as LaresError).hint
      } finally {
        process.seteuid?.(0)
      }
    }
    const file = join(others.path, `${id}.key`)
    chmodSync(folder, 0o755)
    chownSync(others.path, 65_534, 65_534)
    chmodSync(file, 0o644)
    chownSync(file, 1_234, 1_234)
    expect(read()).toMatch(asPattern('Give it to this one: sudo chown … …'))
    shell(found(String(read()), /one: (sudo .*)/))
    chmodSync(file, 0o600)
    expect(read()).toEqual([id])
  })

  it('a file with a secret that everybody may read', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, 'from a file\n')
    chmodSync(file, 0o644)
    const said = await read({ secret_file: file })
    expect(said).toMatch(asPattern('Take that away: sudo chown … … && sudo chmod 600 …'))
    shell(found(said, /away: (sudo .*) \[/))
    expect(await read({ secret_file: file })).toBe('from a file')
    rmSync(file)
  })

  it('a file that holds no secret', async () => {
    const file = join(folder, 'token')
    writeFileSync(file, '\n', { mode: 0o600 })
    const said = await read({ secret_file: file })
    expect(said).toMatch(asPattern('Write it there, in one line: sudo nano …'))
    // As whoever edits it does.
    execFileSync('sh', ['-c', found(said, /line: sudo (nano .*) \[/).replace('nano', 'echo typed >')])
    expect(await read({ secret_file: file })).toBe('typed')
    rmSync(file)
  })

  it('a key that is a link', async () => {
    const file = keyFile()
    renameSync(file, join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), file)
    const { code, err } = await set()
    const hint = 'Put the key itself there: sudo sh -c \'cp -p --remove-destination "$(readlink -f "$0")" "$0"\' …'
    expect([code, err]).toEqual([1, expect.stringMatching(asPattern(hint))])
    shell(found(err, /there: (sudo .*) \[/))
    expect(await set()).toMatchObject({ code: 0 })
  })

  it('a key that is damaged and has no copy', async () => {
    writeFileSync(keyFile(), 'what a failing card left of it')
    const { err } = await set()
    const hint = 'Put it back from a copy. Without one move it away: sudo mv … …, and enter the secrets anew.'
    expect(err).toMatch(asPattern(hint))
    shell(found(err, /away: (sudo mv .*), and/))
    expect((await at('secrets list')).out).toMatch(/mail +no/)
    expect(await set()).toMatchObject({ code: 0 })
    expect(await read({ secret: 'mail' })).toBe('a token')
  })

  it('a key that nothing needs and the hub may not remove', async () => {
    const own = new KeyFolder(join(mkdtempSync(join(tmpdir(), "lares Ann's keys ")), 'keys'))
    const [old, newer] = [own.make(), own.make()]
    chmodSync(dirname(own.path), 0o755)
    if (isRoot) chownSync(own.path, NOT_ROOT, NOT_ROOT)
    chmodSync(own.path, 0o500)
    const health = new Health()
    const care = new KeyCare({ keys: own, health, backUp: async () => 'hub.db', log: silentLog })
    await withoutRoot(() => care.unneeded([old]))
    const hint = health.report(0, true).problems[0]?.hint ?? ''
    expect(hint).toMatch(asPattern('Remove it by hand: sudo rm …. How the hub can do it: '))
    // Where no rights are needed for more, the owner of the folder has to give them first.
    if (!isRoot) chmodSync(own.path, 0o700)
    shell(found(hint, /hand: (sudo rm .*)\. How/))
    expect(readdirSync(own.path)).toEqual([`${newer}.key`])
    rmSync(dirname(own.path), { recursive: true })
  })

  it('a second change of the key before the first is over, and for a damaged value that holds that up', async () => {
    // Its key went with the test before.
    expect(await at('secrets remove hall --yes')).toMatchObject({ code: 0 })
    expect(await set('secrets set door')).toMatchObject({ code: 0 })
    damage('mail')
    expect(await at('secrets rotate --yes')).toMatchObject({ code: 0 })
    const { code, err } = await at('secrets rotate --yes')
    const hint = 'It takes minutes, and waits for a backup. lares hub health says what holds it up.'
    expect([code, err]).toEqual([expect.any(Number), expect.stringMatching(asPattern(hint))])
    const health = async () => (await at(found(err, /backup\. (lares hub health)/))).out
    const damaged = asPattern('Enter it anew, or remove it: …')
    await vi.waitFor(async () => expect(await health()).toMatch(damaged), PATIENCE)
    expect(
      await set(found((await health()).replaceAll(/\s+/g, ' '), /remove it: (lares secrets set mail)/)),
    ).toMatchObject({ code: 0 })
    expect((await at('secrets list')).out).toMatch(/mail +yes/)
  })
})
