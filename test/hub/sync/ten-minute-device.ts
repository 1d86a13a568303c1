import type { TestHouse } from '../engine/engine-in-memory.ts'

export const TEN_MINUTES = 600_000
/** Messages of its backlog that a device sends in one go, beside what it measures. */
const BACKLOG_AT_ONCE = 200

/** What a device measured, and when by its own clock. Every value of a year is another one, so it names the reading. */
export interface Measured {
  device: string
  sensor: string
  kind: string
  value: number
  at: number
  /** Whether the hub's clock was right when the message came that the hub stored. */
  clockWasRight: boolean
}

interface Message {
  lane: 'live' | 'backlog'
  seq: number
  readings: Measured[]
}

/**
 * A device and its outbox, without the programs: it measures every ten minutes, sends what it has when it can, and lets go of
 * what an `ack` names. Its clock is right.
 */
export class TenMinuteDevice {
  readonly id: string
  readonly sensors: readonly { key: string; kind: string }[]
  /** Everything that the hub said is on the disk. */
  readonly acknowledged: Measured[] = []
  away = false
  /** Messages that were given to the hub, those that it had already in it. */
  sent = 0
  #epoch = 1
  #seq = 0
  #connects = 0
  #outbox: Message[] = []
  /** Of this epoch: messages that the hub was given at least once, by lane. */
  #given = new Map<string, number>()
  /** Messages that the hub was given, each counted once. */
  given = 0

  constructor(id: string, sensors: TenMinuteDevice['sensors']) {
    this.id = id
    this.sensors = sensors
  }

  get waits(): number {
    return this.#outbox.length
  }

  /** A new card: another outbox, which begins with nothing in it. */
  newOutbox(): void {
    this.#epoch += 1
    this.#seq = 0
    this.#outbox = []
    this.#given.clear()
  }

  measure(at: number, next: () => number): void {
    this.#seq += 1
    const of = { device: this.id, at, clockWasRight: false }
    const readings = this.sensors.map(({ key, kind }) => ({ ...of, sensor: key, kind, value: next() }))
    this.#outbox.push({ lane: this.away ? 'backlog' : 'live', seq: this.#seq, readings })
  }

  birth(at: number, names: (key: string) => string): readonly [string, unknown] {
    this.#connects += 1
    return [
      `lares/${this.id}/birth`,
      {
        ...{ agent: '1.0.0', hardware: null, boot: this.#boot, epoch: this.#epochId, connects: this.#connects },
        ...{ capabilities: ['sensors'], clock: { synced: true, source: 'ntp' }, sent: { at, mono: mono(at) } },
        sensors: this.sensors.map(({ key, kind }) => ({ key, kind, unit: '', name: names(key) })),
      },
    ]
  }

  /** What is sent now: all that is new, and some of the backlog. In each lane the oldest first. */
  toSend(now: number, clockIsRight: boolean): (readonly [string, unknown])[] {
    if (this.away) return []
    const live = this.#outbox.filter(({ lane }) => lane === 'live')
    const backlog = this.#outbox.filter(({ lane }) => lane === 'backlog').slice(0, BACKLOG_AT_ONCE)
    return [...live, ...backlog].map((message) => {
      this.sent += 1
      if (message.seq > (this.#given.get(message.lane) ?? 0)) {
        this.given += 1
        this.#given.set(message.lane, message.seq)
        for (const reading of message.readings) reading.clockWasRight = clockIsRight
      }
      return [`lares/${this.id}/readings`, this.#payload(message, now)] as const
    })
  }

  /** Lets go of what the hub says it has. */
  hear(house: TestHouse): void {
    for (const ack of house.published(`/${this.id}/ack`)) {
      if (ack.epoch !== this.#epochId) continue
      const upto = ack.upto as Partial<Record<string, number>>
      const isKept = ({ lane, seq }: Message) => seq > (upto[lane] ?? 0)
      for (const message of this.#outbox) if (!isKept(message)) this.acknowledged.push(...message.readings)
      this.#outbox = this.#outbox.filter(isKept)
    }
  }

  #payload({ lane, seq, readings }: Message, now: number): unknown {
    const items = readings.map(({ sensor, value, at }) => ({ sensor, value, at, mono: mono(at) }))
    return { epoch: this.#epochId, lane, seq, boot: this.#boot, sent: { at: now, mono: mono(now) }, items }
  }

  get #epochId(): string {
    return `${this.id}-${this.#epoch}`
  }

  get #boot(): string {
    return `${this.id}-boot`
  }
}

/** It runs since 2025. */
const mono = (at: number): number => at - Date.UTC(2025, 0, 1)
