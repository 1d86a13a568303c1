import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { ROOT } from '../source-tree.ts'

const tutorial = readFileSync(join(ROOT, 'docs/protocol-tutorial.md'), 'utf8')
const CLIENTS = ['mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr', 'openssl']
const MARK = '-- end of block'
const missing = CLIENTS.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0)

/** The commands of the tutorial by the heading they stand below. */
function blocksOf(text: string): { heading: string; commands: string }[] {
  return text.split(/^## /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? ''
    return Array.from(section.matchAll(/^```sh\n([\s\S]*?)^```$/gm), ([, commands = '']) => ({ heading, commands }))
  })
}

const [settings, ...blocks] = blocksOf(tutorial)
if (missing.length > 0) console.log(`skipped: ${missing.join(', ')} not installed (apt-get install mosquitto-clients)`)

describe('the tutorial of the protocol', () => {
  let scratch: string
  let hub: HubProcess
  /** What each block printed. */
  let printed: string[] = []

  beforeAll(async () => {
    if (missing.length > 0) return
    scratch = mkdtempSync(join(tmpdir(), 'lares-tutorial-'))
    hub = await startHub({ folder: join(scratch, 'data') })
    const values: Record<string, string | number> = {
      data: hub.folder,
      port: hub.ports.plain,
      tls_port: hub.ports.tls,
    }
    const own = settings?.commands.replace(/^(\w+)=.*$/gm, (_line, name: string) => `${name}=${values[name]}`)
    const script = [own, ...blocks.map(({ commands }) => `${commands}\necho; echo '${MARK}'`)].join('\n')
    const { stdout, stderr, status } = spawnSync('bash', ['-eu', '-o', 'pipefail', '-c', script], {
      cwd: scratch,
      env: { ...process.env, PATH: `${ROOT}:${process.env.PATH}` },
      encoding: 'utf8',
    })
    expect({ status, stderr: status === 0 ? '' : stderr, stdout: status === 0 ? '' : stdout }).toEqual({
      status: 0,
      stderr: '',
      stdout: '',
    })
    printed = stdout.split(`${MARK}\n`)
  }, 300_000)

  afterAll(async () => {
    if (missing.length > 0) return
    await hub.stop()
    rmSync(scratch, { recursive: true })
  }, 60_000)

  /** What the commands below a heading printed, in order. */
  const shown = (heading: string) =>
    blocks.flatMap((block, at) => (block.heading === heading ? [printed[at] ?? ''] : []))

  it('asks for nothing but three settings first', () => {
    expect(settings?.commands.match(/^\w+(?==)/gm)).toEqual(['data', 'port', 'tls_port'])
  })

  it.skipIf(missing.length > 0)('has every command end without an error, as typed, with what it promises', async () => {
    expect(printed).toHaveLength(blocks.length + 1)
    expect(shown('A first reading').at(-1)).toMatch(/Garden sensor\s+Humidity\s+41\.5/)
    expect(shown('Over TLS').at(-1)).toMatch(/^[\w-]{43}\n/)
    expect(shown('What did not fit').at(-1)).toContain('bad_message')
    expect(shown('Reading state').at(-1)).toMatch(/^lares\/garden-sensor-\w+\/state\/soil \{.*"value":42/)
    expect(shown('Everything at once').at(-1)).toMatch(/^lares\/.+ \{/)
    expect(shown('While you are away').at(-1)).toMatch(/^lares\/garden-sensor-\w+\/event \{.*water_leak/m)
    expect(JSON.parse(shown('Asking the hub').at(-1) ?? '')).toMatchObject({
      id: 'req-1',
      status: 'ok',
      data: { devices: [{ name: 'Garden sensor' }] },
    })
  })
})
