import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../source-tree.ts'
import { useCentral } from './postgres-servers.ts'

const section = /^## Central\n([\s\S]*?)^## /m.exec(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'))?.[1] ?? ''
const BLOCKS = Array.from(section.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, commands = '']) => commands)

/** A hub as a service of this test: `systemctl restart` ends the one that runs and waits until the next one listens. */
const SYSTEMCTL = `#!/bin/bash
[[ ! -f pid ]] || { kill "$(<pid)"; while kill -0 "$(<pid)" 2>/dev/null; do sleep 0.1; done; }
rm -f ready # the former one's word, which the next one overwrites only when its turn comes
lares hub --config hub.toml --tls 127.0.0.1:0 --plain 127.0.0.1:0 --http 127.0.0.1:0 --https 127.0.0.1:0 --print-ready >ready 2>hub.log </dev/null &
echo $! >pid
until [[ -s ready ]]; do kill -0 "$(<pid)" || exit 1; sleep 0.1; done
`
const SUDO = '#!/bin/bash\nexec "$@"\n'

describe('the section about central of docs/operations.md, typed from its beginning', () => {
  const old = useCentral('15', { template: false })
  const young = useCentral('18', { template: false })
  const scratch = mkdtempSync(join(tmpdir(), 'lares-typed-'))
  const unused = new Set(BLOCKS)

  beforeAll(() => {
    mkdirSync(join(scratch, 'bin'))
    mkdirSync(join(scratch, 'data'), { mode: 0o700 })
    writeFileSync(join(scratch, 'hub.toml'), 'log = "error"\n')
    for (const [name, text] of Object.entries({ sudo: SUDO, systemctl: SYSTEMCTL }))
      writeFileSync(join(scratch, 'bin', name), text, { mode: 0o755 })
    keepPasswords()
  })
  afterAll(() => {
    type('[[ ! -f pid ]] || { kill "$(<pid)"; while kill -0 "$(<pid)" 2>/dev/null; do sleep 0.1; done; }')
    rmSync(scratch, { recursive: true })
  })

  function keepPasswords(ofYoung = new URL(young.server.url()).password): void {
    const lines = [
      [old, new URL(old.server.url()).password],
      [young, ofYoung],
    ] as const
    const text = lines.map(
      ([{ server }, password]) => `127.0.0.1:${new URL(server.url()).port}:*:postgres:${password}\n`,
    )
    writeFileSync(join(scratch, '.pgpass'), text.join(''), { mode: 0o600 })
  }

  /** The names of the document as the rig has them. What asks is told yes, as a script does it. */
  function onThisRig(commands: string): string {
    const servers = { 'db.example.org': old, 'new.example.org': young }
    let text = commands
    for (const [name, { server }] of Object.entries(servers)) {
      const { port } = new URL(server.url())
      text = text
        .replaceAll(`admin@${name}/`, `postgres@127.0.0.1:${port}/`)
        .replaceAll(`--host=${name} --username=admin`, `--host=127.0.0.1 --port=${port} --username=postgres`)
    }
    return text
      .replaceAll('?sslmode=verify-full', '')
      .replaceAll(' -o lares -g lares', '')
      .replaceAll('/var/lib/lares/central.url', `${scratch}/data/central.url`)
      .replaceAll(/^((?:sudo )?lares (?:central (?:remove|remove-site|erase)|sync yield) .*?)( +#.*)?$/gm, '$1 --yes')
  }

  let address = ''
  function type(commands: string, input = ''): SpawnSyncReturns<string> {
    const script = `${address}\n${commands}`
    return spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', script], {
      cwd: scratch,
      input,
      encoding: 'utf8',
      env: {
        ...process.env,
        HOME: scratch,
        LARES_DATA: join(scratch, 'data'),
        PATH: `${scratch}/bin:${ROOT}:${process.env.PATH}`,
      },
    })
  }

  /** The block with this line in it; returns what it printed. */
  function block(line: string, input = ''): string {
    const commands = BLOCKS.find((one) => one.includes(line)) ?? ''
    expect(commands).toContain(line)
    unused.delete(commands)
    const text = onThisRig(commands)
    address = /^export .*$/m.exec(text)?.[0] ?? address
    return well(text, input)
  }

  function well(text: string, input = ''): string {
    const { status, stdout, stderr } = type(text, input)
    expect(status, `${text}\n${stdout}\n${stderr}`).toBe(0)
    return stdout
  }

  /** A new start asks central at once what else takes it a minute. */
  const afterAStart = (words: string, question: string) => {
    well('systemctl restart lares-hub')
    until(words, question)
  }
  const until = (words: string, question: string) =>
    well(
      `for ((n = 0; n < 60; n++)); do ${question} | grep '${words}' >/dev/null && exit; sleep 0.2; done; ${question}; exit 1`,
    )

  const lineOf = (printed: string, role: string) => new RegExp(`^postgres://${role}\\S*$`, 'm').exec(printed)?.[0] ?? ''

  it('goes from an empty server to a hub that syncs, through conflicts, to a newer server and to an erased person', () => {
    const made = block('lares central add-site home')
    block('central.url', lineOf(made, 'lares_site_home'))
    until('Central: up to date; last sent', 'lares sync status')
    well('echo "long enough to be one" | lares users create anna@example.org')
    afterAStart('Central: up to date', 'lares sync status')

    expect(block('lares central grant-scope clinics home')).toContain('home has users.email anna@example.org already')
    const put = `echo '{"id": "u-anna", "email": "anna@example.org"}' | lares central put fleet users -`
    const lines = (BLOCKS.find((one) => one.includes('sync yield')) ?? '').split('\n')
    unused.delete(lines.join('\n'))
    const [conflicts = '', remove = '', settle = ''] = lines.map((one) => onThisRig(one).replace(/ +#.*$/, ''))
    afterAStart('home refused u-anna of users', conflicts)
    for (const words of ['lares sync yield users u-anna', 'lares central remove fleet users u-anna'])
      expect(well(conflicts)).toContain(words)
    expect(well('lares sync status')).toContain('lares sync yield users u-anna')
    well(remove)
    until('^0$', `${conflicts} | { grep -c u-anna || true; }`)
    well(put)
    afterAStart('home refused u-anna of users', conflicts)
    well(settle)
    afterAStart('^0$', `${conflicts} | { grep -c u-anna || true; }`)

    const behind = BLOCKS.find((one) => one.includes('quarantine retry 3')) ?? ''
    unused.delete(behind)
    expect(well(behind.replace(/^.*retry 3.*$/m, ''))).toContain('no differences')
    expect(type('sudo lares quarantine retry 3').stderr).toContain('See lares quarantine list.')

    block('pg_dump --format=custom')
    block('pg_dumpall --roles-only')
    keepPasswords(new URL(old.server.url()).password) // the roles that were taken along brought theirs
    const restored = block('lares central prepare')
    block('central.url', lineOf(restored, 'lares_site_home'))
    until('Central: up to date; last sent', 'lares sync status')
    expect(well('lares sync verify --days 7')).toContain('no differences')

    expect(block('lares central erase')).toMatch(/user u-anna erased[\s\S]*home is shut out/)
    afterAStart('central does not accept', 'lares sync status')
    expect([...unused]).toEqual([])
  }, 300_000)
})
