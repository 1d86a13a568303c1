import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, explain, hintFor } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { HubInfo } from '../../shared/messages/hub-info.ts'
import type { Reported } from '../../shared/messages/reported.ts'
import type { VoiceLink } from '../hearing/turn-sender.ts'
import type { DeviceIdentity } from '../link/device-identity.ts'
import { readDeviceIdentity } from '../link/device-identity.ts'
import type { HubTrouble } from '../link/hub-trouble.ts'
import { versionProblem } from '../link/hub-version.ts'
import type { LinkOptions } from '../link/link.ts'
import { Link } from '../link/link.ts'
import type { VoiceConnectionOptions } from '../link/voice-connection.ts'
import { VoiceConnection } from '../link/voice-connection.ts'
import type { ResultBody } from '../outbox/bodies.ts'
import type { AgentStatus } from '../status/status-file.ts'

/** How often the data folder is looked at for an identity: whoever joins need not restart the agent. */
const LOOK_MS = 5_000

export interface HubLinkOptions extends Omit<LinkOptions, 'identity' | 'onState' | 'onHubInfo'> {
  /** Of this agent. */
  version: string
  dataFolder: string
  clock: Clock
  log: Log
  /** Absent: this device neither hears nor speaks, and needs no second connection. */
  voice: Pick<VoiceConnectionOptions, 'onSession' | 'onSpeech' | 'onConnected'> | null
  onState: () => void
}

/** Both connections to the hub, from the moment the agent has an identity, and anew when it gets another one. */
export class HubLink implements Service, VoiceLink {
  #options: HubLinkOptions
  #identity: DeviceIdentity | null = null
  #problem: string | null = null
  #hub: HubInfo | null = null
  #link: Link | null = null
  #voice: VoiceConnection | null = null
  #cancel: Cancel | null = null
  #changing: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: HubLinkOptions) {
    this.#options = options
  }

  get identity(): DeviceIdentity | null {
    return this.#identity
  }

  start(): void {
    this.#look()
    this.#cancel ??= this.#options.clock.every(LOOK_MS, () => this.#look())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#changing
    await this.#disconnect()
  }

  state(): AgentStatus['link'] {
    if (this.#link !== null) return this.#link.state
    const reason = this.#problem ?? `this agent has not joined a hub. ${hintFor('not_joined')}`
    return { state: 'not_joined', reason, code: 'not_joined', address: '' }
  }

  /** What the hub did not take of the last introduction, with the remedy, or `null`. */
  get refusal(): HubTrouble | null {
    return this.#link?.refusal ?? null
  }

  /** Another machine uses this identity: what to do about it, or `null`. */
  get twin(): HubTrouble | null {
    const error = this.#link?.aftermath()?.error
    return error === undefined ? null : { reason: error.message, hint: hintFor('identity_shared') }
  }

  /** Why agent and hub do not fit, as far as the hub said which it is; with the remedy, or `null`. */
  get versionProblem(): HubTrouble | null {
    return this.#hub === null ? null : versionProblem(this.#options.version, this.#hub)
  }

  heartbeat(heartbeat: Heartbeat): void {
    this.#link?.heartbeat(heartbeat)
  }

  reported(reported: Reported): void {
    this.#link?.reported(reported)
  }

  answer(result: ResultBody): void {
    this.#link?.answer(result)
  }

  announce(): void {
    this.#link?.announce()
  }

  ready(): boolean {
    return this.#voice?.ready() ?? false
  }

  async publish(topic: 'wake' | 'turn' | 'audio' | 'playback', payload: Buffer, turn?: string): Promise<void> {
    if (this.#voice === null) throw new Error('there is no voice connection')
    await this.#voice.publish(topic, payload, turn)
  }

  #look(): void {
    const { dataFolder, log, onState } = this.#options
    let identity: DeviceIdentity | null
    try {
      identity = readDeviceIdentity(dataFolder)
    } catch (error) {
      const problem = explain(error)
      if (problem !== this.#problem) log.error({ error: asError(error).message }, 'the identity cannot be used')
      this.#problem = problem
      onState()
      return
    }
    this.#problem = null
    if (identity === null || JSON.stringify(identity) === JSON.stringify(this.#identity)) return
    this.#identity = identity
    const next = identity
    this.#changing = this.#changing.then(() => this.#connect(next))
  }

  async #connect(identity: DeviceIdentity): Promise<void> {
    await this.#disconnect()
    if (this.#stopped) return
    const { log, voice, clock, addresses } = this.#options
    log.info({ device: identity.device, addresses: identity.addresses }, 'this agent has an identity')
    this.#hub = null
    this.#link = new Link({ ...this.#options, identity, log: log.part('link'), onHubInfo: (hub) => this.#meet(hub) })
    this.#link.start()
    if (voice === null) return
    const shared = { identity, clock, log: log.part('voice'), ...(addresses ? { addresses } : {}) }
    this.#voice = new VoiceConnection({ ...voice, ...shared, aftermath: () => this.#link?.aftermath() ?? null })
    this.#voice.start()
  }

  #meet(hub: HubInfo): void {
    const before = this.versionProblem
    this.#hub = hub
    const problem = this.versionProblem
    if (problem !== null && problem.reason !== before?.reason)
      this.#options.log.warn({ hub: hub.version, hint: problem.hint }, problem.reason)
    this.#options.onState()
  }

  async #disconnect(): Promise<void> {
    const [link, voice] = [this.#link, this.#voice]
    this.#link = null
    this.#voice = null
    await Promise.all([link?.stop(), voice?.stop()])
  }
}
