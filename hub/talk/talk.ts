import { wait } from '../../shared/clock.ts'
import { uuid7 } from '../../shared/ids.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { EndReason } from '../../shared/messages/turn.ts'
import type { SoundTaker } from '../contract/sound-taker.ts'
import type { OpenedTurn } from '../engine/spoken-turns.ts'
import { SpokenTurn, type SpokenTurnParts, type TurnOutcome } from './spoken-turn.ts'
import { Utterance } from './utterance.ts'
import { Waterfall } from './waterfall.ts'

/** A device that does not come back within this has other troubles, and nobody remembers what he asked. */
const BACK_MS = 60_000
const LOOK_MS = 250

export type TalkParts = Omit<SpokenTurnParts, 'device' | 'turn' | 'id' | 'ears' | 'voice'> & {
  engines: TalkEngines
}

/** What hears and speaks here; `null`: nothing does. Looked at for every turn, because engines come and go. */
export interface TalkEngines {
  ears(): SpokenTurnParts['ears'] | null
  voice(): SpokenTurnParts['voice'] | null
  stop(): Promise<void>
}

/** Who is spoken with at present: at most one turn of a device is answered, the newest. */
export class Talk implements Service {
  /** Turns by how they were left, since the hub started. */
  readonly outcomes: Partial<Record<TurnOutcome, number>> = {}
  #parts: TalkParts
  /** The newest of each device. */
  #turns = new Map<string, SpokenTurn>()
  /** All of which something is still to be known, with their devices. */
  #open = new Map<SpokenTurn, string>()
  /** Devices that are told that a turn was interrupted. */
  #sorry = new Map<string, Utterance>()
  #stopped = false

  constructor(parts: TalkParts) {
    this.#parts = parts
  }

  start(): void {}

  async stop(): Promise<void> {
    this.#stopped = true
    const open = [...this.#open.keys()]
    for (const turn of open) turn.interrupt('the hub stops', { atOnce: true })
    for (const sorry of this.#sorry.values()) sorry.stop({ atOnce: true })
    await Promise.all(open.map(({ over }) => over))
    await this.#parts.engines.stop()
  }

  /** Turns that are under way. */
  get open(): number {
    return this.#open.size
  }

  /** A turn begins: whoever was answered on that device is interrupted by it. Nobody takes its sound where nothing hears or speaks. */
  begin(device: string, turn: string): SoundTaker[] {
    const { engines, ...parts } = this.#parts
    const [ears, voice] = [engines.ears(), engines.voice()]
    if (this.#stopped || ears === null || voice === null) return []
    this.#turns.get(device)?.interrupt('somebody speaks into it')
    this.#sorry.get(device)?.stop()
    const spoken = new SpokenTurn({
      ...{ ...parts, device, turn, ears, voice },
      id: () => uuid7(parts.clock.now()),
    })
    this.#turns.set(device, spoken)
    this.#open.set(spoken, device)
    void spoken.over.then((outcome) => this.#over(device, spoken, outcome))
    return [spoken.sound]
  }

  /** The engine has it on the disk that a turn began. */
  opened(turn: OpenedTurn): void {
    this.#at(turn.device, turn.turn)?.opened(turn)
  }

  /** The device said the end of a turn. */
  ended(device: string, turn: string, reason: EndReason | null): void {
    this.#at(device, turn)?.ended(reason)
  }

  playback(device: string, message: Playback): void {
    for (const [turn, at] of this.#open) if (at === device) turn.playback(message)
    const sorry = this.#sorry.get(device)
    if (sorry?.speech === message.speech) sorry.playback(message)
  }

  /** A session is not at this device any more. */
  sessionOver(device: string, session: string): void {
    const turn = this.#turns.get(device)
    if (turn?.session === session) turn.interrupt('its session is over')
  }

  /** The hub went away in the middle of a turn: says sorry as soon as the device is back, if that is soon. */
  async ownUp(turn: { device: string; session: string; epoch: number; language: string }): Promise<void> {
    const { clock, to, house, engines, log } = this.#parts
    const { device, session, epoch, language } = turn
    const since = clock.mono()
    while (!to.reaches(device)) {
      await wait(clock, LOOK_MS)
      if (this.#stopped || clock.mono() - since > BACK_MS) return
    }
    const voice = engines.voice()
    if (voice === null || this.#turns.has(device)) return
    const waterfall = new Waterfall(clock)
    const about = { session, epoch, turn: null }
    const utterance = new Utterance({
      clock,
      voice,
      to,
      device,
      about,
      language,
      speech: uuid7(clock.now()),
      waterfall,
    })
    this.#sorry.set(device, utterance)
    const { end, error } = await utterance.say([house.sorry('interrupted', language)])
    this.#sorry.delete(device)
    if (end === 'failed') log.warn({ device, error: error?.message }, 'nobody was told that a turn was interrupted')
    if (!this.#turns.has(device)) to.session(device, { ...about, step: 'ended', reason: 'hub_restart' })
  }

  #at(device: string, turn: string): SpokenTurn | null {
    const spoken = this.#turns.get(device)
    return spoken?.turn === turn ? spoken : null
  }

  #over(device: string, spoken: SpokenTurn, outcome: TurnOutcome): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
    this.#open.delete(spoken)
    if (this.#turns.get(device) === spoken) this.#turns.delete(device)
  }
}
