import { existsSync } from 'node:fs'
import { silentLog } from '../../shared/log.ts'
import { needsPins } from '../config/buttons.ts'
import { openGpio } from '../gpio/open-port.ts'
import { clockSyncReader } from '../health/clock-sync.ts'
import { readDisk } from '../health/disk.ts'
import type { Machine } from '../health/machine.ts'
import { readThrottled } from '../health/throttled.ts'
import { orNull } from '../health/unknown.ts'
import type { Finding } from './findings.ts'
import { ok, problem, skipped } from './findings.ts'
import type { DoctorOptions } from './options.ts'

const LEAST_FREE_MB = 200

export async function checkClock({ machine, clock }: DoctorOptions): Promise<Finding[]> {
  const { synced, source } = await clockSyncReader(machine, clock)()
  if (synced === null) return [skipped('clock', 'this system does not say whether its clock is synchronised')]
  if (synced) return [ok('clock', `synchronised${source ? ` by ${source}` : ''}`)]
  const mend = (await followsNetwork(machine))
    ? 'It is to follow the network, and no time server has answered: timedatectl timesync-status names the one it asks. ' +
      'Let this network reach it, or name another as NTP= in /etc/systemd/timesyncd.conf. ' +
      'Until then the hub mends the times of readings by itself.'
    : 'Let it follow the network: sudo timedatectl set-ntp true. Until it does, the hub mends the times of readings by itself.'
  return [problem('clock', 'not synchronised', mend)]
}

async function followsNetwork(machine: Machine): Promise<boolean> {
  const command = ['timedatectl', 'show', '-p', 'NTP', '--value']
  return (await orNull(() => machine.run(command, { timeoutMs: 3_000 })))?.trim() === 'yes'
}

export async function checkPower({ machine }: DoctorOptions): Promise<Finding[]> {
  const throttled = await readThrottled(machine)
  if (throttled.under_voltage === null) return [skipped('power', 'this machine does not say how its supply is')]
  const mend = 'Use the supply made for this Pi and a short, thick cable.'
  if (throttled.under_voltage) return [problem('power', 'the voltage is too low right now', mend)]
  if (throttled.under_voltage_occurred) return [problem('power', 'the voltage was too low since the start', mend)]
  return [ok('power', 'the voltage was never too low')]
}

export async function checkDisk({ machine, dataFolder }: DoctorOptions): Promise<Finding[]> {
  if (!existsSync(dataFolder)) return [skipped('disk', `${dataFolder} is made when the agent starts or joins`)]
  const disk = await readDisk(machine, dataFolder)
  if (disk.read_only)
    return [
      problem('disk', `${dataFolder} is read-only`, 'The card may be failing: look at the journal, save the data.'),
    ]
  if (disk.free_mb === null) return [skipped('disk', `the space of ${dataFolder} cannot be read`)]
  if (disk.free_mb < LEAST_FREE_MB)
    return [problem('disk', `only ${disk.free_mb} MB are free`, 'Free some space: the outbox of a week needs 200 MB.')]
  return [ok('disk', `${disk.free_mb} MB free`)]
}

export async function checkGpio({ config, machine, clock, status }: DoctorOptions): Promise<Finding[]> {
  const { backend, base, chip } = config.gpio
  const relays = Object.values(config.outputs).some(({ type }) => type === 'relay')
  if (!needsPins(config.gpio) && !relays) return [skipped('gpio', 'no button, no light and no relay is configured')]
  if (status !== null) {
    const gpio = status.heartbeat?.gpio
    const said = status.missing.find(({ part }) => part === 'gpio')
    // Where only relays need pins, each of them says what it lacks, and the heartbeat that there are none.
    const reason = said?.reason ?? (gpio?.backend === 'none' ? (gpio.reason ?? 'the running agent has no pins') : null)
    if (reason !== null) return [problem('gpio', reason, said?.hint ?? 'See docs/operations.md, "Pins".')]
    return [ok('gpio', `the running agent uses ${gpio?.backend ?? 'it'}`)]
  }
  const settings = { backend, ...(base === undefined ? {} : { base }), ...(chip === undefined ? {} : { chip }) }
  const port = await openGpio(settings, { machine, clock, log: silentLog })
  await port.close()
  if (port.backend === 'none') {
    const mend =
      port.remedy ??
      'Set [gpio] backend = "auto", or remove talk_button, mute_switch, buttons and status_led, and relays from [outputs].'
    return [problem('gpio', port.reason ?? '[gpio] backend is "none"', mend)]
  }
  return [ok('gpio', `by ${port.backend}`)]
}
