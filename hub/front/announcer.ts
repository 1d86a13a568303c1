import type { Cancel, Clock } from '../../shared/clock.ts'
import { OLDEST_AGENT } from '../../shared/compatibility.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import type { Topics } from '../../shared/topics.ts'
import type { Effect } from '../engine/input.ts'
import type { Health } from '../health/hub-health.ts'

const HEALTH_MS = 60_000

export interface AnnouncerParts {
  topics: Topics
  clock: Clock
  health: Health
  version: string
  report: () => HubHealth
  perform: (effects: Effect[]) => void
}

/** Keeps `hub/info` and `hub/health` up to date: the health on change and once a minute. */
export class Announcer implements Service {
  #parts: AnnouncerParts
  #stop: Cancel = () => {}
  #joiningEnds: Cancel = () => {}
  #started = 0
  #joiningUntil: number | null = null

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, health } = this.#parts
    this.#started = clock.now()
    this.#info()
    health.onChange = () => this.#health()
    this.#health()
    this.#stop = clock.every(HEALTH_MS, () => this.#health())
  }

  /** An invitation was made, used or has run out. */
  joining(until: number | null): void {
    const { clock } = this.#parts
    this.#joiningUntil = until
    this.#joiningEnds()
    if (until !== null) this.#joiningEnds = clock.after(Math.max(0, until - clock.now()), () => this.joining(null))
    if (this.#started > 0) this.#info()
  }

  stop(): void {
    this.#stop()
    this.#joiningEnds()
    this.#parts.health.onChange = () => {}
    this.#tell({ ...this.#parts.report(), state: 'stopped' })
  }

  #info(): void {
    const { topics, version } = this.#parts
    const now = { started: this.#started, joining_until: this.#joiningUntil }
    this.#retain(topics.build('hubInfo', {}), { version, oldest_agent: OLDEST_AGENT, ...now })
  }

  #health(): void {
    this.#tell(this.#parts.report())
  }

  #tell(report: HubHealth): void {
    const { topics, health } = this.#parts
    this.#retain(topics.build('hubHealth', {}), health.withoutDetails(report))
  }

  #retain(topic: string, payload: unknown): void {
    this.#parts.perform([{ kind: 'publish', topic, payload: JSON.stringify(payload), qos: 1, retain: true }])
  }
}
