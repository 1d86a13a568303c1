import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { HEARTBEAT_MS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { SystemHealth } from './system-health.ts'

/** How often flags are looked at between heartbeats; two heartbeats are never closer than this either. */
const LOOK_MS = 1_000
/** How often the machine is asked between heartbeats: some of its answers need a program to be started. */
const MACHINE_MS = 10_000

export interface HeartbeatOptions {
  clock: Clock
  log: Log
  boot: string
  agent: string
  machine: () => Promise<SystemHealth>
  outbox: () => Heartbeat['outbox']
  process: () => Heartbeat['process']
  audio: () => Heartbeat['audio']
  gpio: () => Heartbeat['gpio']
  send: (heartbeat: Heartbeat) => void
}

/** What a person must hear at once when it changes. */
function flags(heartbeat: Heartbeat): string {
  const { throttled, disk, outbox, audio, gpio, clock } = heartbeat
  return JSON.stringify([throttled, disk.read_only, outbox.full, audio.state, gpio.reason, clock.synced])
}

/**
 * Says how the device is, every 30 s and within a second when a flag flips: throttling, a read-only disk, a full
 * outbox, the state of the microphone and of the pins, the clock.
 */
export class HeartbeatLoop implements Service {
  #options: HeartbeatOptions
  #intervalMs = HEARTBEAT_MS
  #cancel: Cancel | null = null
  #sentAt = Number.NEGATIVE_INFINITY
  #machineAt = Number.NEGATIVE_INFINITY
  #machine: SystemHealth | null = null
  #asking = false
  #sentFlags = ''

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  get intervalMs(): number {
    return this.#intervalMs
  }

  /** Takes effect with the next heartbeat. */
  setInterval(ms: number): void {
    this.#intervalMs = ms
  }

  start(): void {
    this.#cancel ??= this.#options.clock.every(LOOK_MS, () => void this.#look())
    void this.#look()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = null
  }

  /** Sends one soon, whatever the flags say: a hub that has just been reached knows nothing. */
  soon(): void {
    this.#sentFlags = ''
  }

  /** The heartbeat as it would be sent now, or `null` before the machine was asked for the first time. */
  current(): Heartbeat | null {
    const { clock, boot, agent, outbox, process, audio, gpio } = this.#options
    if (this.#machine === null) return null
    return {
      sent: { at: Math.max(0, clock.now()), mono: clock.mono() },
      boot,
      agent,
      ...this.#machine,
      outbox: outbox(),
      process: process(),
      audio: audio(),
      gpio: gpio(),
    }
  }

  async #look(): Promise<void> {
    const { clock, log, send } = this.#options
    try {
      await this.#askMachine()
      const heartbeat = this.current()
      if (heartbeat === null || this.#cancel === null) return
      const now = clock.mono()
      const due = now - this.#sentAt >= this.#intervalMs
      if (!due && (flags(heartbeat) === this.#sentFlags || now - this.#sentAt < LOOK_MS)) return
      this.#sentAt = now
      this.#sentFlags = flags(heartbeat)
      send(heartbeat)
    } catch (error) {
      log.error({ error: asError(error).message }, 'a heartbeat could not be made')
    }
  }

  async #askMachine(): Promise<void> {
    const { clock, machine } = this.#options
    if (this.#asking || clock.mono() - this.#machineAt < Math.min(MACHINE_MS, this.#intervalMs)) return
    this.#asking = true
    try {
      this.#machine = await machine()
      this.#machineAt = clock.mono()
    } finally {
      this.#asking = false
    }
  }
}
