import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { ROOT } from '../source-tree.ts'

/** util-linux's `script` gives a program a terminal; it is essential in Debian. */
const missing = spawnSync('sh', ['-c', 'command -v script']).status !== 0
if (missing) console.log('skipped: script is not installed (apt-get install bsdutils)')

const LARES = join(ROOT, 'lares')
const ANY_PORT = '--tls 127.0.0.1:0 --plain 127.0.0.1:0 --http 127.0.0.1:0 --https 127.0.0.1:0'
let data = makeDataFolder()
afterEach(() => {
  data.remove()
  data = makeDataFolder()
})

/** What a program shows until `enough` is seen, with a terminal or into a pipe. Then Ctrl-C. */
function shown(command: string, terminal: boolean, enough: RegExp): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const words = terminal ? ['script', '-qefc', command, '/dev/null'] : ['sh', '-c', `exec ${command} 2>&1`]
    const child = spawn(words[0] ?? '', words.slice(1), { env: { ...process.env, NO_COLOR: '1' } })
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (!enough.test(text) && enough.test(text + chunk)) {
        if (terminal) child.stdin.write('\u0003')
        else child.kill('SIGTERM')
      }
      text += chunk
    })
    child.once('error', reject)
    child.once('close', () => resolve(text.split(/\r?\n/)))
  })
}

describe('a program on a terminal', () => {
  it.skipIf(missing)(
    'that is a hub says what to do next as soon as it can be done, and logs for people',
    async () => {
      const lines = await shown(`${LARES} hub --data ${data.folder} ${ANY_PORT}`, true, /the hub listens/)
      expect(lines).toContain(
        `Invite the first device, in another terminal: lares devices invite "Kitchen Pi" --data ${data.folder}`,
      )
      expect(lines.join('\n')).toMatch(/^\d\d:\d\d:\d\d the hub listens tls=\d+/m)
      expect(lines.join('\n')).not.toContain('"level"')
      expect(lines.join('\n')).toMatch(/with a browser: https:\/\/localhost:\d+\/#setup=[0-9a-z]{32}$/m)
    },
    60_000,
  )

  it('that is none logs JSON', async () => {
    const lines = await shown(`${LARES} hub --data ${data.folder} ${ANY_PORT}`, false, /the hub listens/)
    for (const line of lines.filter((text) => text !== '')) expect(JSON.parse(line)).toHaveProperty('msg')
    expect(lines.join('\n')).not.toContain('setup=')
  }, 60_000)

  it.skipIf(missing)(
    'that is an agent without a hub says first how to join one',
    async () => {
      const lines = await shown(`${LARES} edge run --data ${data.folder}`, true, /the agent runs/)
      expect(lines[0]).toMatch(/joined no hub yet.*lares devices invite NAME.*lares edge join TOKEN --data /)
    },
    60_000,
  )
})
