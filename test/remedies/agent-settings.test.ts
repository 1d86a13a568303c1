import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { asPattern } from './lib/as-pattern.ts'
import { lares } from './lib/lares.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-agent-settings-'))
const file = join(folder, 'edge.toml')
afterAll(() => rmSync(folder, { recursive: true }))

/** What `lares edge config` says of a file. */
function checked(text: string, more = '') {
  writeFileSync(file, text)
  return lares(`edge config --config ${file} --data ${folder}${more}`)
}

const WRONG = `[agent]
nmae = "Kitchen Pi"
log_level = "loud"
[hub]
addreses = ["192.168.1.10:8883"]
bse = "lares"
[gpio]
talk_button = "17"
bakend = "auto"
[sensors.room]
driver = "simulatd"
`

describe('lares edge config', () => {
  it('shows all that is wrong at once, and each remedy of it works', async () => {
    const { code, err } = await checked(WRONG)
    expect(code).toBe(1)
    expect(err.match(/\[bad_config\]/g)).toHaveLength(7)
    let text = WRONG
    for (const [, wrong = '', right = ''] of err.matchAll(/has no key (\w+); did you mean (\w+)\?/g))
      text = text.replace(wrong, right)
    for (const [, key = '', example = ''] of err.matchAll(
      /: \w+\.(\w+): .*\n +For example:\n +(.*?)(?: \[bad_config\])?\n/g,
    ))
      text = text.replace(new RegExp(`^${key} = .*$`, 'm'), example)
    const [, driver = ''] = /Did you mean (\w+)\?/.exec(err) ?? []
    text = text.replace('simulatd', driver)
    expect((await checked(text)).code).toBe(0)
  })

  it.each([
    ['[agent]\nnmae = "x"'],
    ['[gpio]\ntalk_button = "17"'],
    ['[sensors.room]\ndriver = "simulatd"'],
    ['[agnt]\nname = "x"'],
    ['[agent'],
  ])('ends with one exit code, whichever part is wrong: %j', async (text) => {
    expect((await checked(text)).code).toBe(1)
  })

  it('says every fault to a program as one line', async () => {
    const { err } = await checked(WRONG, ' --json')
    const faults = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { error: { code: string } })
    expect(faults.map(({ error }) => error.code)).toEqual(Array(7).fill('bad_config'))
  })

  it('does not tell a key as missing that is misspelt', async () => {
    const { err } = await checked('[gpio]\nmute_switch = { pn = 27 }')
    expect(err.match(/\[bad_config\]/g)).toHaveLength(1)
    expect(err).toContain('did you mean pin?')
  })
})

describe('a variable of the environment', () => {
  const load = (env: NodeJS.ProcessEnv) => {
    writeFileSync(file, '')
    const { config, faults } = loadConfig({ file, env })
    return { config, hints: faults.map(({ error }) => error.hint) }
  }

  it('that sets nothing is told the nearest, or how it is made, which works', () => {
    const [nearest = ''] = load({ LARES_EDGE_AGENT_NMAE: 'Hall' }).hints
    expect(nearest).toMatch(asPattern('Did you mean …?'))
    const [, right = ''] = /^Did you mean (\w+)\?$/.exec(nearest) ?? []
    expect(load({ [right]: 'Hall' })).toMatchObject({ config: { agent: { name: 'Hall' } }, hints: [] })

    const [form = ''] = load({ LARES_EDGE_X: '5' }).hints
    expect(form).toBe('Its name is LARES_EDGE_<SECTION>_<KEY>, as in the file.')
    const [, made = ''] = /^Its name is (LARES_EDGE_<SECTION>_<KEY>), as in the file\.$/.exec(form) ?? []
    const name = made.replace('<SECTION>', 'HEARTBEAT').replace('<KEY>', 'INTERVAL_S')
    expect(load({ [name]: '60' })).toMatchObject({ config: { heartbeat: { interval_s: 60 } }, hints: [] })
  })

  it('with a value that cannot be is told one that can', () => {
    const [hint = ''] = load({ LARES_EDGE_GPIO_MUTE_SWITCH: 'left' }).hints
    const [, name = '', value = ''] = /(LARES_\w+)=(\S+)/.exec(hint) ?? []
    expect(load({ [name]: value })).toMatchObject({ config: { gpio: { mute_switch: { pin: 27 } } }, hints: [] })
  })
})
