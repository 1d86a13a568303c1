import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../edge/config/schema.ts'
import { INSIDE, serviceCommand } from '../../../edge/doctor/as-service.ts'
import { examine } from '../../../edge/doctor/examine.ts'
import type { DoctorOptions } from '../../../edge/doctor/options.ts'
import { checkService } from '../../../edge/doctor/service-check.ts'
import { parseUnit } from '../../../edge/doctor/service-unit.ts'
import { systemClock } from '../../../shared/clock.ts'
import { fakeTree } from '../health/fake-tree.ts'

const UNIT = readFileSync(join(import.meta.dirname, '../../../scripts/systemd/lares-edge.service'), 'utf8')

/** A system whose systemd has the shipped unit. `more` is what an administrator added. */
function system(config: Record<string, unknown>, { more = '', groups = 'lares audio gpio' } = {}) {
  const tree = fakeTree({ files: { '/unit': `${UNIT}\n${more}` } })
  tree.program('systemctl', `cat ${tree.root}/unit`)
  tree.program('id', `echo ${groups}`)
  const options: DoctorOptions = {
    dataFolder: join(tree.root, 'data'),
    config: configSchema.parse({ agent: { default_sensors: false }, ...config }),
    ...{
      configFile: null,
      clock: systemClock,
      machine: tree.machine,
      status: null,
      env: { PATH: '/home/pi/bin:/usr/bin' },
    },
  }
  return { tree, options }
}

const command = (...words: string[]) => ({ sensors: { meter: { driver: 'command', command: words } } })
const problems = async (options: DoctorOptions) =>
  (await checkService(options)).filter(({ state }) => state === 'problem').map(({ says }) => says)

describe('the doctor of an agent that is a service', () => {
  it.each([
    [['/home/pi/meter'], 'the service does not see /home/pi/meter (ProtectHome)'],
    [['/tmp/meter'], 'the service does not see /tmp/meter (PrivateTmp)'],
    [['/bin/cat', '/run/user/1000/value'], 'the service does not see /run/user/1000/value (ProtectHome)'],
    [['/bin/cat', '/dev/ttyUSB0'], 'the service may not open /dev/ttyUSB0 (DevicePolicy)'],
    [['bin/meter'], 'the service looks for bin/meter below /, not here'],
  ])('says of %j what the service will see differently', async (words, says) => {
    expect(await problems(system(command(...words)).options)).toEqual([says])
  })

  it.each([[['/bin/cat', '/dev/i2c-1']], [['/bin/cat', '/dev/null']], [['cat', '/sys/x']], [['/usr/local/bin/meter']]])(
    'has nothing against %j',
    async (words) => {
      expect(await problems(system(command(...words)).options)).toEqual([])
    },
  )

  it('knows what an administrator changed, and the groups of the account', async () => {
    const allowed = system(command('/bin/cat', '/dev/ttyUSB0'), { more: '[Service]\nDeviceAllow=/dev/ttyUSB0 rw' })
    expect(await problems(allowed.options)).toEqual([])
    const mute = system({ microphone: { enabled: true } }, { groups: 'lares video' })
    expect(await problems(mute.options)).toEqual(['its account lares is not in the group audio'])
  })

  it('runs as the service where it may: its account, restrictions and folders, with the command in its place', async () => {
    const { tree, options } = system(command('/home/pi/meter'))
    const inside = [{ check: 'sensor meter', state: 'problem', says: 'the program /home/pi/meter is not installed' }]
    tree.program('systemd-run', `echo "$@" > ${tree.root}/words; echo '${JSON.stringify(inside)}'; exit 1`)
    expect(await examine(options, { isRoot: true, asked: { data: null, config: null } })).toEqual(inside)
    const words = readFileSync(join(tree.root, 'words'), 'utf8')
    for (const part of [
      'User=lares',
      'ProtectHome=yes',
      'PrivateTmp=yes',
      'DevicePolicy=closed',
      'ProtectSystem=strict',
    ])
      expect(words).toContain(`--property=${part}`)
    expect(words).toContain('edge doctor --json --data /var/lib/lares/edge --config /etc/lares/edge.toml')
    expect(words).not.toMatch(/RuntimeDirectory|ExecStart|WatchdogSec|Restart=/)
  })

  it('looks from here where systemd does not start it, and says so', async () => {
    const { tree, options } = system({})
    tree.program('systemd-run', 'echo "Failed to start transient service unit" >&2; exit 1')
    const [first, ...rest] = await examine(options, { isRoot: true, asked: { data: null, config: null } })
    expect(first?.says).toContain('could not be run as the service: Failed to start transient service unit')
    expect(rest.map(({ check }) => check)).toContain('clock')
  })

  it('does not ask systemd again from within, and takes the folders it was given', async () => {
    const { options } = system(command('/home/pi/meter'))
    expect(await checkService({ ...options, env: { [INSIDE]: '1' } })).toEqual([])
    const unit = parseUnit(UNIT)
    const words = unit && serviceCommand(unit, { data: '/data', config: '/x.toml' })
    expect(words?.slice(-4)).toEqual(['--data', '/data', '--config', '/x.toml'])
  })
})
