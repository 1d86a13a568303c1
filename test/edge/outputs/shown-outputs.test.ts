import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configSchema } from '../../../edge/config/schema.ts'
import { checkOutputs } from '../../../edge/doctor/output-check.ts'
import { formatStatus } from '../../../edge/status/show-status.ts'
import type { AgentStatus } from '../../../edge/status/status-file.ts'
import { systemClock } from '../../../shared/clock.ts'
import { lares } from '../../remedies/lib/lares.ts'
import { fakeTree } from '../health/fake-tree.ts'
import { fakePwm } from './fake-pwm.ts'

const OUTPUTS = { pump: { type: 'relay', pin: 17 }, shelf: { type: 'dimmer', pin: 18 } }

/** What a running agent says of itself. */
function status(more: Partial<AgentStatus> = {}): AgentStatus {
  return {
    ...{ at: 0, pid: 1, version: '0.1.0', device: 'kitchen-x7k2m9', name: 'Kitchen', missing: [], sensors: 4 },
    link: { state: 'online', reason: null, code: null, address: 'hub:8883' },
    heartbeat: null,
    outputs: [
      { key: 'pump', name: 'Pump', pin: 17, state: 'on', safe_in_ms: 300_000 },
      { key: 'shelf', name: 'Shelf', pin: 18, state: null, safe_in_ms: null },
    ],
    ...more,
  }
}

const doctor = (
  outputs: Record<string, unknown>,
  given: { status?: AgentStatus; machine?: ReturnType<typeof fakePwm>['machine'] },
) =>
  checkOutputs({
    ...{ dataFolder: '/nowhere', configFile: null, clock: systemClock },
    config: configSchema.parse({ outputs }),
    machine: given.machine ?? fakeTree().machine,
    status: given.status ?? null,
  })

describe('outputs are shown', () => {
  it('by lares edge status with state and time, and by the doctor with what is wrong', async () => {
    const running = status({ missing: [{ part: 'output shelf', reason: 'the kernel has no PWM. Add the overlay.' }] })
    const shown = formatStatus({ running: true, device: null, name: null, addresses: [], status: running })
    expect(shown).toContain('output pump: on, safe in 5 min (GPIO17)\noutput shelf: not known (GPIO18)\n')
    expect(await doctor({ ...OUTPUTS, late: { type: 'relay', pin: 22 } }, { status: running })).toMatchObject([
      { check: 'output pump', state: 'ok', says: 'on, safe in 5 min (GPIO17)' },
      { check: 'output shelf', state: 'problem', says: 'the kernel has no PWM. Add the overlay.' },
      { check: 'output late', state: 'problem', mend: expect.stringContaining('Restart the agent') },
    ])
  })

  it('by the doctor without an agent, which touches no pin', async () => {
    const pwm = fakePwm(systemClock)
    const found = await doctor({ ...OUTPUTS, twin: { type: 'relay', pin: 17 } }, { machine: pwm.machine })
    expect(found).toMatchObject([
      { check: 'output twin', state: 'problem', says: expect.stringContaining('GPIO17 is that of [outputs.pump]') },
      { check: 'output pump', state: 'skipped' },
      { check: 'output shelf', state: 'ok', says: expect.stringContaining('dimmer at GPIO18') },
    ])
    expect(pwm.written).toEqual([])
    expect(await doctor({ shelf: OUTPUTS.shelf }, {})).toMatchObject([
      { state: 'problem', mend: expect.stringContaining('dtoverlay=pwm,pin=18,func=2') },
    ])
    expect(await doctor({}, {})).toMatchObject([{ check: 'outputs', state: 'skipped' }])
  })

  it('by lares edge config, or what is wrong with them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-shown-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'edge.toml')
    const config = (text: string) => {
      writeFileSync(file, text)
      return lares(`edge config --config ${file} --data ${folder}`)
    }
    const well = await config('[outputs.pump]\ntype = "relay"\npin = 17\nmax_on = "2h"\n')
    expect([well.code, well.out]).toEqual([
      0,
      expect.stringContaining('pump  relay at GPIO17, safe off, on for 2 h at most'),
    ])
    const shared = await config('[gpio]\nstatus_led = 17\n[outputs.pump]\ntype = "relay"\npin = 17\n')
    expect([shared.code, shared.err]).toEqual([
      1,
      expect.stringContaining('Give each output, button and light its own pin.'),
    ])
    expect((await config('[gpio]\nstatus_led = 22\n[outputs.pump]\ntype = "relay"\npin = 17\n')).code).toBe(0)
    const clash = await config('[sensors.room]\ndriver = "simulated"\n[outputs.room]\ntype = "relay"\npin = 17\n')
    expect([clash.code, clash.err]).toEqual([
      1,
      expect.stringContaining('the sensor room has the key of [outputs.room]'),
    ])
    expect(clash.err).toContain('Rename one of the two tables: a house knows both by their keys.')
    expect(
      (await config('[sensors.hall]\ndriver = "simulated"\n[outputs.room]\ntype = "relay"\npin = 17\n')).code,
    ).toBe(0)
  })
})
