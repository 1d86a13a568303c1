import { cutText } from '../shared/cut-text.ts'
import { asError } from '../shared/errors.ts'
import type { Service } from '../shared/lifecycle.ts'
import { Lifecycle } from '../shared/lifecycle.ts'
import { logBoard } from '../shared/log-board.ts'
import { makeFolder } from '../shared/make-folder.ts'
import { isDiskFault } from '../shared/sqlite/open.ts'
import type { AgentOptions } from './agent-options.ts'
import { capabilitiesOf } from './config/capabilities.ts'
import { configureOutputs } from './config/configure-outputs.ts'
import type { ConfigFault } from './config/fault.ts'
import { sensorTables } from './config/load-settings.ts'
import { LogLevels } from './control/log-levels.ts'
import { lockDataFolder } from './data-folder.ts'
import { PinPort } from './gpio/pin-port.ts'
import { ClockWatch } from './health/clock-watch.ts'
import { readHardwareModel } from './health/hardware.ts'
import type { HeartbeatOptions } from './health/heartbeat.ts'
import { HeartbeatLoop } from './health/heartbeat.ts'
import { processHealthReader } from './health/process-health.ts'
import { systemHealthReader } from './health/system-health.ts'
import type { BirthContent } from './link/link.ts'
import { CommandRunner } from './orders/command-runner.ts'
import { DesiredSettings } from './orders/desired.ts'
import { deviceCommands } from './orders/device-commands.ts'
import { openHandledCommands } from './orders/handled-commands.ts'
import { houseSettings } from './orders/house-settings.ts'
import { KeptRoom } from './outbox/kept-room.ts'
import type { OpenedOutbox } from './outbox/open-outbox.ts'
import { openOutboxDatabase } from './outbox/open-outbox.ts'
import { Outbox } from './outbox/outbox.ts'
import { setAsideEvent } from './outbox/set-aside.ts'
import { agentSocket } from './parts/agent-socket.ts'
import { containedPart } from './parts/contained-part.ts'
import type { Hearing } from './parts/hearing.ts'
import { HubLink } from './parts/hub-link.ts'
import type { PartsLookedAt } from './parts/missing.ts'
import { whatIsMissing } from './parts/missing.ts'
import { Outputs } from './parts/outputs.ts'
import { Pins } from './parts/pins.ts'
import type { SensingOptions } from './parts/sensing.ts'
import { Sensing } from './parts/sensing.ts'
import type { Speaking } from './parts/speaking.ts'
import type { VoiceOptions } from './parts/voice.ts'
import { Voice } from './parts/voice.ts'
import type { AgentStatus } from './status/status-file.ts'
import { runtimeFolder, writeStatus } from './status/status-file.ts'

/** How long one part may take to stop; those after it still do. */
const PART_STOP_MS = 1_000

/** Everything the agent is made of, once it has its folder and its outbox. */
interface Parts extends PartsLookedAt {
  outbox: Outbox
  sensing: Sensing
  outputs: Outputs
  pins: Pins
  hearing: Hearing
  speaking: Speaking
  voice: Voice
  heartbeat: HeartbeatLoop
  settings: DesiredSettings
  commands: CommandRunner
  hub: HubLink
}

/**
 * The agent: samples, listens and switches, keeps what it has to tell, and tells it to the hub.
 *
 * It works alone. Without hub, network, clock, GPIO, microphone or a disk that takes anything it goes on with the rest,
 * and `status().missing` says exactly what is missing. Only a wrong configuration and a second agent in the same
 * folder keep it from starting.
 */
export class Agent implements Service {
  #options: AgentOptions
  #lifecycle: Lifecycle
  #levels: LogLevels
  #faults: readonly ConfigFault[]
  #port: PinPort
  #outputs: Outputs
  #parts: Parts | null = null
  #unlock: () => void = () => {}
  #hardware: string | null = null
  #looked = 0

  constructor(options: AgentOptions) {
    this.#options = options
    this.#lifecycle = new Lifecycle({ clock: options.clock, stopMs: PART_STOP_MS })
    const { clock, config, configFile, configFaults = [], machine, log, random } = options
    this.#levels = new LogLevels({ clock, board: logBoard, onChange: () => this.#tellStatus() })
    this.#port = new PinPort({ settings: config.gpio, machine, clock, log: log.part('gpio') })
    const { plans, faults } = configureOutputs(config, configFile)
    this.#faults = [...configFaults, ...faults]
    this.#outputs = new Outputs({
      plans,
      port: this.#port,
      machine,
      clock,
      log: log.part('outputs'),
      onChange: () => this.#tellStatus(),
      ...(random ? { random } : {}),
    })
  }

  /** Throws `bad_config` and `already_running`. */
  async start(): Promise<void> {
    const { config, dataFolder, clock, log, boot, machine, version } = this.#options
    makeFolder(dataFolder, 0o700)
    const room = new KeptRoom({ folder: dataFolder, clock, log })
    room.release()
    this.#unlock = this.#lock()
    // First of all: what a disk or a hub may take long over must not keep a heater on.
    await this.#outputs.secure()
    this.#looked = clock.mono()
    let opened: OpenedOutbox | null = null
    try {
      this.#hardware = await readHardwareModel(machine)
      opened = openOutboxDatabase(dataFolder, clock, log)
      const outbox = new Outbox({
        db: opened.db,
        stamp: opened.stamp,
        clock,
        boot,
        log: log.part('outbox'),
        release: () => room.release(),
      })
      room.onRoom = () => outbox.roomAgain()
      this.#lifecycle.add('kept room', room)
      this.#lifecycle.add('outbox', { start() {}, stop: () => outbox.close() })
      const tables = await sensorTables(config, dataFolder, machine)
      this.#parts = this.#compose(opened, outbox, tables)
      this.#tellStart(opened, outbox, version)
      this.#outputs.tellBy(outbox)
      await this.#lifecycle.start()
    } catch (error) {
      opened?.db.close()
      await this.#outputs.stop()
      await this.#port.stop()
      this.#unlock()
      throw error
    }
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop()
    this.#unlock()
    this.#unlock = () => {}
  }

  /** Whether its loops still turn: what a watchdog wants to know. */
  isHealthy(): boolean {
    const { heartbeat } = this.#parts ?? {}
    if (!heartbeat) return true
    return this.#options.clock.mono() - this.#looked < 4 * heartbeat.intervalMs + 60_000
  }

  status(): AgentStatus {
    const { clock, version, dataFolder } = this.#options
    const parts = this.#parts
    const identity = parts?.hub.identity ?? null
    return {
      at: clock.now(),
      pid: process.pid,
      version,
      device: identity?.device ?? null,
      name: identity?.name ?? null,
      link: parts?.hub.state() ?? { state: 'offline', reason: 'not started', code: null, address: '' },
      missing: parts ? whatIsMissing(parts, this.#faults) : [],
      data_folder: dataFolder,
      sensors: parts?.sensing.count ?? 0,
      outputs: this.#outputs.words(),
      heartbeat: parts?.heartbeat.current() ?? null,
      log_levels: this.#levels.current(),
    }
  }

  #lock(): () => void {
    const { dataFolder, log } = this.#options
    try {
      return lockDataFolder(dataFolder)
    } catch (error) {
      // A read-only disk holds no lock, and no second agent could write there either.
      if (!isDiskFault(error)) throw error
      log.warn({ dataFolder, error: asError(error).message }, 'the data folder cannot be locked')
      return () => {}
    }
  }

  /** Puts the parts together. */
  #compose(opened: OpenedOutbox, outbox: Outbox, tables: SensingOptions['tables']): Parts {
    const { config, configFile, machine, clock, log } = this.#options
    const outputs = this.#outputs
    const sensing = new Sensing({
      tables,
      file: configFile,
      faults: this.#faults,
      outputs: outputs.sensors(),
      machine,
      clock,
      log: log.part('sensors'),
      outbox,
      onSensors: () => hub.announce(),
    })
    const voice = this.#voice(outbox, {
      ready: () => hub.ready(),
      publish: (topic, payload, turn) => hub.publish(topic, payload, turn),
    })
    const { hearing, speaking } = voice
    const pins = new Pins({
      config: config.gpio,
      port: this.#port,
      clock,
      log: log.part('gpio'),
      outbox,
      onTalk: ({ state }) => hearing.button(state !== 'released'),
      onMute: (muted) => hearing.mute(muted),
    })
    const heartbeat = this.#heartbeat({ outbox, hearing, pins }, (message) => hub.heartbeat(message))
    const settings = new DesiredSettings({
      db: opened.db,
      log,
      settings: houseSettings({ config, heartbeat, sensing, hearing, speaking }),
      report: (reported) => hub.reported(reported),
    })
    const commands = new CommandRunner({
      clock,
      log: log.part('commands'),
      outbox,
      handled: openHandledCommands(opened.db),
      handlers: deviceCommands({
        ...{ clock, pins, hearing, outputs, levels: this.#levels, board: logBoard },
        status: () => this.status(),
        restart: this.#options.onRestart ?? null,
      }),
      tell: (result) => hub.answer(result),
    })
    const hub = this.#hub({ outbox, voice, heartbeat, settings, commands })
    return this.#contain({
      ...{ opened, outbox, sensing, outputs, pins, hearing, speaking, voice, heartbeat, hub },
      ...{ settings, commands },
    })
  }

  /** Adds the parts in the order in which they start, each so that its failure stays its own. */
  #contain(parts: Omit<Parts, 'contained'>): Parts {
    const { clock, log } = this.#options
    const { outbox, sensing, outputs, pins, hearing, speaking, heartbeat, hub, settings, commands } = parts
    const services: [string, Service][] = [
      ['levels', this.#levels],
      ['control', agentSocket({ levels: this.#levels, pins, ...this.#options })],
      ['settings', { start: () => settings.start(), stop() {} }],
      ['commands', { start: () => commands.start(), stop: () => commands.settled() }],
      ['sensors', sensing],
      ['port', this.#port],
      ['gpio', pins],
      ['speaker', speaking],
      ['microphone', hearing],
      ['clock', new ClockWatch(clock, (byMs) => this.#tellClockStep(outbox, byMs))],
      ['hub', hub],
      ['heartbeat', heartbeat],
      // Last, so that they are the first to stop: nothing that is late keeps them from their safe state.
      ['outputs', outputs],
    ]
    const contained = services.map(([name, service]) => {
      const part = containedPart(name, service, log)
      this.#lifecycle.add(name, part)
      return part
    })
    return { ...parts, contained }
  }

  #voice(outbox: Outbox, link: VoiceOptions['link']): Voice {
    const { config, env, dataFolder, clock, machine, log } = this.#options
    return new Voice({
      config,
      runtimeFolder: runtimeFolder(env, dataFolder),
      clock,
      machine,
      log: log.part('audio'),
      outbox,
      link,
      onLight: () => this.#showLight(),
    })
  }

  /** `send` tells it to the hub. */
  #heartbeat(parts: Pick<Parts, 'outbox' | 'hearing' | 'pins'>, send: HeartbeatOptions['send']): HeartbeatLoop {
    const { config, env, machine, clock, log, boot, version, dataFolder } = this.#options
    const heartbeat = new HeartbeatLoop({
      clock,
      log,
      boot,
      agent: version,
      machine: systemHealthReader({ machine, clock, diskPath: dataFolder }),
      outbox: () => parts.outbox.status(),
      process: processHealthReader(env),
      audio: () => parts.hearing.health(),
      gpio: () => parts.pins.health(),
      send: (message) => {
        this.#looked = clock.mono()
        send(message)
        this.#tellStatus()
      },
    })
    heartbeat.setInterval(config.heartbeat.interval_s * 1_000)
    return heartbeat
  }

  #hub(parts: Pick<Parts, 'outbox' | 'voice' | 'heartbeat' | 'settings' | 'commands'>): HubLink {
    const { outbox, voice, heartbeat, settings, commands } = parts
    const { config, clock, log, boot, version, dataFolder, random } = this.#options
    const hub = new HubLink({
      dataFolder,
      version,
      addresses: config.hub.addresses,
      outbox,
      clock,
      log,
      boot,
      birth: () => this.#birth(),
      onCommand: (command) => commands.take(command),
      onDesired: (desired) => settings.take(desired),
      onReachable: () => {
        this.#outputs.hubIsThere()
        heartbeat.soon()
      },
      onState: () => {
        if (hub.state().state !== 'online') this.#outputs.hubIsAway()
        this.#showLight()
        this.#tellStatus()
      },
      voice: voice.handlers(),
      ...(random ? { random } : {}),
    })
    return hub
  }

  #birth(): BirthContent {
    const { config, version } = this.#options
    const parts = this.#parts
    const clock = parts?.heartbeat.current()?.clock ?? { synced: null, source: null }
    return {
      agent: version,
      hardware: this.#hardware,
      capabilities: capabilitiesOf(config),
      clock,
      sensors: parts?.sensing.sensors() ?? [],
      partial: parts?.sensing.isPartial ?? true,
    }
  }

  #showLight(): void {
    const parts = this.#parts
    if (!parts) return
    const online = parts.hub.state().state === 'online'
    parts.pins.show(parts.voice.light ?? (online ? 'idle' : 'offline'))
  }

  #tellStatus(): void {
    const { env, dataFolder, log, onStatus } = this.#options
    const status = this.status()
    writeStatus(runtimeFolder(env, dataFolder), status, log)
    onStatus?.(status)
  }

  #tellStart({ memoryFault, setAside }: OpenedOutbox, outbox: Outbox, version: string): void {
    const retried = outbox.retryParked()
    const waiting = outbox.status().rows
    outbox.event({ type: 'agent_started', severity: 'info', data: { version, waiting, retried } })
    if (memoryFault !== null)
      outbox.event({
        type: 'outbox_in_memory',
        severity: 'error',
        description: cutText(`The outbox is in memory only: ${memoryFault.message}`, 500),
      })
    for (const aside of setAside) outbox.event(setAsideEvent(aside))
  }

  #tellClockStep(outbox: Outbox, byMs: number): void {
    this.#options.log.warn({ byMs }, 'the wall clock was set')
    outbox.event({ type: 'clock_set', severity: 'info', data: { by_ms: byMs } })
  }
}
