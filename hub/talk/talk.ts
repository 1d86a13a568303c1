import { type Cancel, wait } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import { uuid7 } from '../../shared/ids.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { EndReason } from '../../shared/messages/turn.ts'
import type { SoundTaker } from '../contract/sound-taker.ts'
import type { OpenedTurn, UnaskedSpeech } from '../engine/spoken-turns.ts'
import { SpokenTurn, type SpokenTurnParts, type TurnOutcome } from './spoken-turn.ts'
import type { TalkEngines } from './talk-engines.ts'
import { UNASKED, Unasked } from './unasked.ts'

/** A device that does not come back within this has other troubles, and nobody remembers what he asked. */
const BACK_MS = 60_000
const LOOK_MS = 250

export type TalkParts = Omit<SpokenTurnParts, 'device' | 'turn' | 'id' | 'ears' | 'voice' | 'answers' | 'listens'> & {
  engines: TalkEngines
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
  #unasked: Unasked
  /** Devices that listen on after an answer, with what keeps them from being told that this is over. */
  #listening = new Map<string, Cancel>()
  #stopped = false

  constructor(parts: TalkParts) {
    this.#parts = parts
    this.#unasked = new Unasked(parts)
  }

  start(): void {}

  async stop(): Promise<void> {
    this.#stopped = true
    const open = [...this.#open.keys()]
    for (const turn of open) turn.interrupt('the hub stops', { atOnce: true })
    this.#unasked.stop()
    for (const device of [...this.#listening.keys()]) this.#stopListening(device)
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
    this.#unasked.giveWay(device)
    this.#stopListening(device)
    const spoken = new SpokenTurn({
      ...{ ...parts, device, turn, ears, voice, answers: engines.answers() },
      id: () => uuid7(parts.clock.now()),
      listens: (opened) => this.#listensOn(opened),
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
    this.#unasked.playback(device, message)
  }

  /** A session is not at this device any more. */
  sessionOver(device: string, session: string): void {
    const turn = this.#turns.get(device)
    if (turn?.session === session) turn.interrupt('its session is over')
  }

  /** The hub went away in the middle of a turn: says sorry as soon as the device is back, if that is soon. */
  async ownUp({
    device,
    ...turn
  }: {
    device: string
    session: string
    epoch: number
    language: string
  }): Promise<void> {
    const { clock, to, house } = this.#parts
    const since = clock.mono()
    while (!to.reaches(device)) {
      await wait(clock, LOOK_MS)
      if (this.#stopped || clock.mono() - since > BACK_MS) return
    }
    if (this.#turns.has(device)) return
    const { session, epoch, language } = turn
    await this.#unasked.say(device, { session, epoch, language, text: house.sorry('interrupted', language) })
  }

  /** Says something that nobody on the device asked for: at once where it is urgent, else when nobody speaks there. */
  announce(announcement: UnaskedSpeech): void {
    const { device, text, language, isUrgent, session } = announcement
    if (isUrgent) this.#turns.get(device)?.interrupt('something urgent is said')
    const busy = isUrgent ? null : this.#turns.get(device)?.over
    const about = session === null ? { session: UNASKED, epoch: 0 } : { session: session.id, epoch: session.epoch }
    const said = this.#unasked.say(device, { ...about, language, text, isUrgent, after: busy ?? null })
    void said
      .then((end) => this.#parts.house.announced(announcement, end))
      .catch((error: unknown) => {
        this.#parts.log.warn({ device, error: asError(error).message }, 'how an announcement went is not kept')
      })
  }

  /** Tells the device when it listens no more, so that its light goes out. */
  #listensOn({ device, session, epoch, turn, speaks }: OpenedTurn): void {
    const { clock, to } = this.#parts
    this.#stopListening(device)
    const cancel = clock.after(speaks.followUpMs, () => {
      this.#listening.delete(device)
      to.session(device, { session, epoch, turn, step: 'ended', reason: 'idle' })
    })
    this.#listening.set(device, cancel)
  }

  #stopListening(device: string): void {
    this.#listening.get(device)?.()
    this.#listening.delete(device)
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
