import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { checkEcho } from '../../edge/doctor/echo-check.ts'
import { examine } from '../../edge/doctor/examine.ts'
import { type Finding, problemFrom } from '../../edge/doctor/findings.ts'
import { checkClock, checkDisk } from '../../edge/doctor/machine-checks.ts'
import { checkMicrophone } from '../../edge/doctor/microphone-check.ts'
import type { DoctorOptions } from '../../edge/doctor/options.ts'
import { checkOutbox } from '../../edge/doctor/outbox-check.ts'
import { checkService } from '../../edge/doctor/service-check.ts'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { runningUser } from '../../shared/running-user.ts'
import { PAGE_SIZE } from '../../shared/sqlite/page-size.ts'
import { type FakeTree, fakeTree } from '../edge/health/fake-tree.ts'
import { type Pulse, pulseMissing, startPulse } from '../fixtures/pulse.ts'
import { asPattern } from './lib/as-pattern.ts'

const UNIT = readFileSync(join(import.meta.dirname, '../../scripts/systemd/lares-edge.service'), 'utf8')

function doctorOf(tree: FakeTree, config: Record<string, unknown> = {}): DoctorOptions {
  return {
    dataFolder: tree.root,
    config: configSchema.parse({ agent: { default_sensors: false }, ...config }),
    ...{ configFile: null, clock: systemClock, machine: tree.machine, status: null },
    env: { PATH: `${tree.root}/bin:/usr/bin` },
  }
}

/** What is to be done about the only problem. */
function mendOf(findings: readonly Finding[]): string {
  const [one, ...more] = findings.filter(({ state }) => state === 'problem')
  expect(more).toEqual([])
  return one?.mend ?? expect.fail(JSON.stringify(findings))
}

const isWell = (findings: readonly Finding[]) => findings.every(({ state }) => state !== 'problem')

/** Runs the command that a remedy has, with a `sudo` that does what the case says. */
async function run(tree: FakeTree, command: string | undefined, sudo = 'exec "$@"'): Promise<string> {
  tree.program('sudo', `PATH=${tree.root}/bin:$PATH\n${sudo}`)
  return tree.machine.run((command ?? expect.fail('no command')).split(' '), { timeoutMs: 5_000 })
}

describe('the service that the doctor looks at', () => {
  function system(config: Record<string, unknown>) {
    const tree = fakeTree({ files: { '/unit': UNIT, '/groups': 'lares' } })
    tree.program('systemctl', `cat ${tree.root}/unit`)
    tree.program('id', `cat ${tree.root}/groups`)
    return { tree, options: doctorOf(tree, config) }
  }
  const meter = (...command: string[]) => ({ sensors: { meter: { driver: 'command', command } } })

  it.each([
    [['bin/meter'], 'Write its whole path.', ['/usr/local/bin/meter']],
    [['/home/pi/meter'], 'Put it where services look: /usr/local/bin.', ['/usr/local/bin/meter']],
    [['/tmp/meter'], 'Put it where services look: /usr/local/bin.', ['/usr/local/bin/meter']],
  ])('and that finds %j no more is told where to put it', async (wrong, says, right) => {
    const mend = mendOf(await checkService(system(meter(...wrong)).options))
    expect(mend).toBe(says)
    const [, folder] = /: (\/.*)\.$/.exec(mend) ?? []
    if (folder) expect(right[0]).toBe(join(folder, 'meter'))
    expect(isWell(await checkService(system(meter(...right)).options))).toBe(true)
  })

  it('and that may not open a device is told the lines that let it', async () => {
    const { tree, options } = system(meter('/bin/cat', '/dev/ttyUSB0'))
    const mend = mendOf(await checkService(options))
    expect(mend).toMatch(
      asPattern('Run sudo systemctl edit lares-edge, and write [Service] and below it DeviceAllow=… rw'),
    )
    const [, section = '', line = ''] = /write (\[Service\]) and below it (.*)$/.exec(mend) ?? []
    tree.write('/unit', `${UNIT}\n${section}\n${line}\n`)
    expect(isWell(await checkService(options))).toBe(true)
  })

  it('and whose account lacks a group is told the command for it', async () => {
    const { tree, options } = system({ microphone: { enabled: true } })
    const mend = mendOf(await checkService(options))
    expect(mend).toMatch(asPattern('sudo usermod -aG … …, then restart the agent.'))
    const [command] = mend.split(',')
    await run(tree, command, `[ "$1 $2" = "usermod -aG" ] && echo "$4 $3" > ${tree.root}/groups`)
    expect(isWell(await checkService(options))).toBe(true)
  })

  it('and whose account is missing is well once that is made', async () => {
    const { tree, options } = system({})
    tree.program('id', 'echo "id: lares: no such user" >&2; exit 1')
    expect(mendOf(await checkService(options))).toBe('Run scripts/install edge again.')
    const script = join(import.meta.dirname, '../../scripts/install')
    expect(existsSync(script)).toBe(true)
    tree.program('id', 'echo lares')
    expect(isWell(await checkService(options))).toBe(true)
  })

  it('and that systemd does not start is told how to see why', async () => {
    const { tree, options } = system({})
    const asRoot = () => examine(options, { isRoot: true, asked: { data: null, config: null } })
    tree.program('systemd-run', 'echo "Failed to connect to bus" >&2; exit 1')
    const [first] = await asRoot()
    expect(first?.mend).toContain('See what systemd has against it: sudo systemd-run --wait --pipe true.')
    const [, command] = /: (sudo systemd-run .*?)\. /.exec(first?.mend ?? '') ?? []
    await expect(run(tree, command)).rejects.toThrow('Failed to connect to bus')
    tree.program('systemd-run', 'echo "[]"')
    await run(tree, command)
    expect(await asRoot()).toEqual([])
  })
})

describe('the machine that the doctor looks at', () => {
  it('and whose clock follows nobody is told the command that lets it', async () => {
    const tree = fakeTree()
    tree.program(
      'timedatectl',
      `if [ "$1" = set-ntp ]; then echo "$2" > ${tree.root}/ntp; exit 0; fi\n[ -e ${tree.root}/ntp ] && echo yes || echo no`,
    )
    const mend = mendOf(await checkClock(doctorOf(tree)))
    expect(mend).toContain('Let it follow the network: sudo timedatectl set-ntp true. Until it does, the hub mends')
    await run(tree, /: (sudo .*?)\. /.exec(mend)?.[1])
    expect(isWell(await checkClock(doctorOf(tree)))).toBe(true)
  })

  it('and whose clock is to follow the network, but nobody answers, is told where to look', async () => {
    const tree = fakeTree()
    tree.program('timedatectl', '[ "$3" = NTP ] && echo yes || echo no')
    const mend = mendOf(await checkClock(doctorOf(tree)))
    expect(mend).toContain(
      'It is to follow the network, and no time server has answered: timedatectl timesync-status names the one it asks.',
    )
    expect(mend).not.toContain('set-ntp')
  })

  it('and whose disk is nearly full is well with the space that is named', async () => {
    const tree = fakeTree()
    let freeMb = 100
    const MiB = 1_024 * 1_024
    const space = async () => ({
      ...{ bytes: 4_000 * MiB, freeBytes: freeMb * MiB, availableBytes: freeMb * MiB },
      ...{ files: 1_000, freeFiles: 500 },
    })
    const options = { ...doctorOf(tree), machine: { ...tree.machine, space } }
    const mend = mendOf(await checkDisk(options))
    expect(mend).toBe('Free some space: the outbox of a week needs 200 MB.')
    freeMb = Number(/needs (\d+) MB/.exec(mend)?.[1])
    expect(isWell(await checkDisk(options))).toBe(true)
  })

  it('and what no check foresaw is to be seen in the journal by the command that is told', () => {
    const { mend = '' } = problemFrom('it', new Error('what nobody foresaw'))
    expect(mend).toBe('See what the agent says of it: journalctl -u lares-edge -n 50.')
  })
})

describe('the outbox that the doctor looks at', () => {
  it.each([
    ['is no database', 'this is no database, and longer than a header of one hundred bytes. '.repeat(20)],
    ['lost its content', null],
  ])('and that %s is set aside by a restart, as is said', async (_, text) => {
    const tree = fakeTree()
    const file = join(tree.root, 'outbox.db')
    openOutboxDatabase(tree.root, systemClock, silentLog).db.close()
    const bytes = readFileSync(file)
    writeFileSync(file, text ?? bytes.fill(0xff, PAGE_SIZE))
    for (const log of ['-wal', '-shm']) rmSync(file + log, { force: true })
    expect(mendOf(await checkOutbox(doctorOf(tree)))).toBe('Restart the agent: it sets the file aside and goes on.')
    openOutboxDatabase(tree.root, systemClock, silentLog).db.close()
    expect(readdirSync(tree.root).some((name) => name.startsWith('outbox.db.damaged-'))).toBe(true)
    expect(isWell(await checkOutbox(doctorOf(tree)))).toBe(true)
  })
})

describe('the microphone that the doctor looks at', () => {
  const listens = (tree: FakeTree, device = 'default') => {
    const options = doctorOf(tree, { microphone: { enabled: true, device } })
    return checkMicrophone({ ...options, env: { PATH: `${tree.root}/bin` } })
  }
  /** A soft noise, as long as somebody reads it. */
  const RECORDS = 'exec head -c 200000 /dev/urandom | tr "\\200-\\377" "\\001"'
  const fails = (words: string) => `echo "arecord: main:831: audio open error: ${words}" >&2; exit 1`

  it('and that has no program is told its package', async () => {
    const tree = fakeTree()
    expect(mendOf(await listens(tree))).toBe('Install what it belongs to: sudo apt install alsa-utils.')
    tree.program('arecord', RECORDS)
    expect((await listens(tree)).map(({ mend }) => mend)).not.toContain(
      'Install what it belongs to: sudo apt install alsa-utils.',
    )
  })

  it('and that another program has is told so, not to look for a microphone', async () => {
    const tree = fakeTree()
    tree.program('arecord', `[ -e ${tree.root}/free ] || { ${fails('Device or resource busy')}; }\n${RECORDS}`)
    expect(mendOf(await listens(tree))).toContain('Another program holds the device. Stop it')
    tree.write('/free', '')
    expect(JSON.stringify(await listens(tree))).not.toContain('Another program holds')
  })

  it('and that the account may not open is told the command for its group', async () => {
    const tree = fakeTree()
    tree.program('arecord', `[ -e ${tree.root}/in ] || { ${fails('Permission denied')}; }\n${RECORDS}`)
    const mend = mendOf(await listens(tree))
    expect(mend).toMatch(
      asPattern('Add its account to the group: sudo usermod -aG audio …, then start the agent again.'),
    )
    const [, command] = /: (sudo .*?),/.exec(mend) ?? []
    await run(tree, command, `[ "$*" = "usermod -aG audio ${runningUser()}" ] && touch ${tree.root}/in`)
    expect(JSON.stringify(await listens(tree))).not.toContain('usermod')
  })

  it('and that is not there is told to take one that the list has, which works', async () => {
    const tree = fakeTree()
    tree.program(
      'arecord',
      `case "$*" in -L) echo "plughw:CARD=Mic,DEV=0"; echo "    USB";; *CARD=Mic*) ${RECORDS};; *) ${fails('No such file or directory')};; esac`,
    )
    const mend = mendOf(await listens(tree, 'plughw:CARD=gone,DEV=0'))
    expect(mend).toBe('List the microphones with arecord -L, and name one as [microphone] device.')
    const [, command = ''] = /with (arecord -L),/.exec(mend) ?? []
    const [name = ''] = (await tree.machine.run(command.split(' '), { timeoutMs: 5_000 })).split('\n')
    expect(JSON.stringify(await listens(tree, name))).not.toContain('arecord -L')
  })
})

const LOADS_CANCELLATION =
  'Load echo cancellation into PulseAudio or PipeWire (pactl load-module module-echo-cancel aec_method=webrtc), name its source and sink as devices of [microphone] and [speaker], and run this again.'

describe.skipIf(pulseMissing)('the sound that the doctor hears', () => {
  let pulse: Pulse
  beforeAll(() => {
    pulse = startPulse()
  })
  afterAll(() => pulse.stop())

  const listen = async () => {
    const microphone = { enabled: true, device: 'lares_mic' }
    return checkMicrophone({ ...doctorOf(fakeTree(), { microphone }), env: pulse.env })
  }
  /** What alsamixer does to a sound card, and a switch on the microphone. */
  const turn = (what: 'mute' | 'volume', value: string) =>
    execFileSync('pactl', [`set-source-${what}`, 'lares.monitor', value], { env: pulse.env })

  /** Plays a tone at half of full scale for as long as `work` takes. */
  async function whilePlaying<T>(work: () => Promise<T>): Promise<T> {
    const raw = ['--raw', '--format=s16le', '--rate=16000', '--channels=1', '-d', 'lares']
    const player = spawn('paplay', raw, { env: pulse.env, stdio: ['pipe', 'ignore', 'ignore'] })
    player.stdin.on('error', () => {})
    const tone = Int16Array.from({ length: 16_000 * 60 }, (_, index) => 16_000 * Math.sin(index / 6))
    player.stdin.end(Buffer.from(tone.buffer))
    const ended = once(player, 'close')
    try {
      return await work()
    } finally {
      player.kill()
      await ended
    }
  }

  it('of its own speaker is an echo, which is measured: what may interrupt an answer follows from it', async () => {
    const look = async (speaker: string, echo_cancelled: boolean) => {
      const config = {
        microphone: { enabled: true, device: 'lares_mic', echo_cancelled },
        speaker: { enabled: true, device: speaker },
      }
      const [found] = await checkEcho({ ...doctorOf(fakeTree(), config), env: pulse.env })
      return found
    }
    expect(await look('lares_speaker', true)).toMatchObject({ says: expect.stringContaining('a voice may interrupt') })
    expect(await look('lares_room', false)).toMatchObject({
      says: expect.stringMatching(/hears the speaker \d+ dB above the room: the button interrupts/),
    })
    const own = await look('lares_room', true)
    expect(own?.mend).toMatch(asPattern(LOADS_CANCELLATION))
    const none = await look('lares_no_speaker', true)
    expect(none?.mend).toMatch(asPattern('List the speakers with aplay -L, and name one as [speaker] device.'))
  }, 40_000)

  it('is none while it is muted, and some once it is not', async () => {
    await whilePlaying(async () => {
      turn('mute', '1')
      const mend = mendOf(await listen())
      expect(mend).toBe('Unmute it: look for a switch on it, and at alsamixer, capture (F4).')
      turn('mute', '0')
      expect(isWell(await listen())).toBe(true)
    })
  })

  it('is too loud until the gain is lower', async () => {
    await whilePlaying(async () => {
      turn('volume', '200%')
      expect(mendOf(await listen())).toBe('Lower the gain in alsamixer, capture (F4).')
      turn('volume', '100%')
      expect(isWell(await listen())).toBe(true)
    })
  })
})
