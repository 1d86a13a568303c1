import type { Cancel, Clock } from '../../shared/clock.ts'
import type { RandomBytes } from '../../shared/ids.ts'
import { uuid7 } from '../../shared/ids.ts'
import { TURN_MAX_MS } from '../../shared/limits.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { EndReason, Turn } from '../../shared/messages/turn.ts'
import type { Wake } from '../../shared/messages/wake.ts'
import { levelOf } from '../../shared/sound-level.ts'
import type { Block } from './block.ts'
import { BLOCK_MS } from './block.ts'
import { Ring } from './ring.ts'
import { TurnFrames } from './turn-frames.ts'
import type { Vad, VadDecision } from './vad.ts'

/** Where a turn goes. Everything of one turn is handed over in order: wake, start, frames, end. */
export interface TurnSink {
  /** Whether the hub can be reached now. Without it no turn begins. */
  ready(): boolean
  wake(message: Wake): void
  start(message: Turn): void
  frame(turn: string, bytes: Buffer): void
  end(message: Turn): void
}

export type Trigger = 'voice' | 'button' | 'command'

/** Why somebody who wanted to speak was not listened to. */
export type Refusal = 'no_hub' | 'muted' | 'no_microphone'

export type EarState = 'idle' | 'listening' | 'muted'

export interface EarOptions {
  clock: Clock
  vad: Pick<Vad, 'next' | 'reset' | 'endsAfter'>
  sink: TurnSink
  /** What may begin a turn here besides a command of the hub. `voice` sends everything anybody says in the room. */
  trigger: 'voice' | 'button' | 'both'
  /** It does not hear the device itself, so a voice may speak into an answer where the hub says so. Default: it does. */
  echoCancelled?: boolean
  /** Sound kept from before the trigger. Default 400 ms: the first syllable was over before it was certain. */
  prerollMs?: number
  /** Longest turn that was not begun by holding the button. Default 15 s. */
  capMs?: number
  /** A turn in which nobody says anything ends after this. Default 5 s. */
  noSpeechMs?: number
  /** A turn was wanted and not begun; play an earcon and count it. */
  onRefused?(refusal: Refusal, trigger: Trigger): void
  /** For the light. */
  onState?(state: EarState): void
  random?: RandomBytes
}

const PREROLL_MS = 400
const CAP_MS = 15_000
const NO_SPEECH_MS = 5_000
/** A press shorter than this is a tap: it begins a turn that ends with the silence, not with the release. */
const TAP_MS = 400
/** No block for this long within a turn: the microphone is lost, whether anybody said so or not. */
const LOST_MS = 3_000
const LOOK_EVERY_MS = 500

interface OpenTurn {
  id: string
  stream: number
  trigger: Trigger
  preroll: number
  frames: TurnFrames
  /** Blocks since the trigger. */
  blocks: number
  heardSpeech: boolean
  held: boolean
  lastBlockAt: number
  session: { session: string; epoch: number } | null
  cancelLook: Cancel
}

/**
 * Turns what the microphone hears into turns, and nothing else into anything: sound leaves this device only within a
 * turn, and while muted not one block is kept, not even for the pre-roll.
 *
 * idle --voice, button or command--> listening --silence, release, cap, mute, stand-down, loss--> idle
 */
export class Ear {
  #options: EarOptions
  #ring: Ring<Block>
  #turn: OpenTurn | null = null
  #muted = false
  #microphone = false
  #speaking = false
  #lastDecision: VadDecision | null = null
  #pressedAt: number | null = null
  #stream = 0
  /** A voice may speak into what the device says now. */
  #interruptible = false
  /** Until then a voice begins a turn whatever the trigger is, on the monotonic clock. */
  #listensUntil = 0

  constructor(options: EarOptions) {
    this.#options = options
    this.#ring = new Ring(Math.ceil((options.prerollMs ?? PREROLL_MS) / BLOCK_MS))
  }

  get state(): EarState {
    return this.#muted ? 'muted' : this.#turn ? 'listening' : 'idle'
  }

  /** The id of the turn under way, or `null`. */
  get turn(): string | null {
    return this.#turn?.id ?? null
  }

  /** Whether nobody speaks and no turn is under way: the moment to restart a recorder. */
  get quiet(): boolean {
    return this.#turn === null && !(this.#lastDecision?.speech ?? false)
  }

  /** 20 ms of sound, in order. */
  block(block: Block): void {
    // the first line after the recorder: behind it nothing of what is said while muted exists
    if (this.#muted) return
    this.#microphone = true
    const decision = this.#options.vad.next(block.pcm)
    this.#lastDecision = decision
    const turn = this.#turn
    if (turn) this.#continue(turn, block, decision)
    else {
      this.#ring.push(block)
      if (decision.started && (this.#speaking ? this.#interruptible : this.#hearsVoices)) this.#begin('voice')
    }
  }

  /** Whether a voice is enough: always, or for a while after an answer. */
  get #hearsVoices(): boolean {
    return this.#options.trigger !== 'button' || this.#options.clock.mono() < this.#listensUntil
  }

  /** The talk button: held, the turn lasts until the release; tapped, until the silence; tapped again, it ends. */
  button(pressed: boolean): void {
    if (this.#options.trigger === 'voice') return
    const now = this.#options.clock.mono()
    if (pressed) {
      if (this.#pressedAt !== null) return
      this.#pressedAt = now
      if (this.#turn) this.#end('button')
      else {
        const begun = this.#begin('button')
        if (begun) begun.held = true
      }
      return
    }
    const heldMs = this.#pressedAt === null ? 0 : now - this.#pressedAt
    this.#pressedAt = null
    const turn = this.#turn
    if (!turn?.held) return
    if (heldMs >= TAP_MS) this.#end('button')
    else turn.held = false
  }

  /** Begins a turn because the hub or the agent says so (a follow-up, a question asked). Returns whether it began. */
  listen(): boolean {
    return this.#turn === null && this.#begin('command') !== null
  }

  /** The switch, whoever moved it. Within a turn it ends the turn with reason `muted`. */
  mute(muted: boolean): void {
    if (muted === this.#muted) return
    this.#muted = muted
    if (muted) {
      this.#listensUntil = 0
      this.#end('muted')
      this.gap()
    }
    this.#options.onState?.(this.state)
  }

  /** The recorder's state changed. Blocks that come say by themselves that there is a microphone. */
  microphone(available: boolean): void {
    this.#microphone = available
    if (available) return
    this.#end('microphone_lost')
    this.gap()
  }

  /** The recording was interrupted: what was heard before does not belong to what comes. */
  gap(): void {
    this.#ring.clear()
    this.#options.vad.reset()
    this.#lastDecision = null
  }

  /** While the device itself speaks, a voice begins no turn where it would be its own. Button and command still do. */
  speaking(on: boolean): void {
    this.#speaking = on
    if (!on) this.#interruptible = false
  }

  /** What the hub says about a session; `stand_down` ends the turn because another device answers. */
  session(message: Session): void {
    if (message.step === 'granted') this.#options.vad.endsAfter(message.silence_ms ?? null)
    if (message.step === 'speaking')
      this.#interruptible = this.#options.echoCancelled === true && message.barge_in === 'speech'
    if (message.step === 'follow_up') this.#listensUntil = this.#options.clock.mono() + (message.listen_ms ?? 0)
    else if (message.step === 'ended') this.#listensUntil = 0
    const turn = this.#turn
    if (!turn || message.turn !== turn.id) return
    turn.session = { session: message.session, epoch: message.epoch }
    if (message.step === 'stand_down') this.#end('stood_down')
    else if (message.step === 'ended') this.#end('stopped')
  }

  /** Ends the turn under way, as at the agent's end. */
  stop(): void {
    this.#end('stopped')
  }

  #begin(trigger: Trigger): OpenTurn | null {
    const { clock, sink, onRefused, onState, random } = this.#options
    const refusal = this.#muted ? 'muted' : !this.#microphone ? 'no_microphone' : sink.ready() ? null : 'no_hub'
    if (refusal) {
      onRefused?.(refusal, trigger)
      return null
    }
    this.#listensUntil = 0
    const blocks = this.#ring.take()
    this.#stream = (this.#stream + 1) & 0xffff
    const id = uuid7(clock.now(), random)
    const preroll = blocks.length * BLOCK_MS
    const decision = this.#lastDecision
    sink.wake({
      turn: id,
      score: trigger === 'voice' ? (decision?.score ?? 0) : 1,
      snr_db: round(decision ? decision.levelDb - decision.floorDb : 0),
      peak_db: round(Math.min(0, levelOf(Buffer.concat(blocks.map((block) => block.pcm))).peakDb)),
      trigger,
      mono: clock.mono(),
    })
    const turn: OpenTurn = {
      id,
      stream: this.#stream,
      trigger,
      preroll,
      frames: new TurnFrames(this.#stream, blocks.length, (bytes) => sink.frame(id, bytes)),
      blocks: 0,
      // somebody who is speaking when the button goes down is heard already
      heardSpeech: trigger === 'voice' || (decision?.speech ?? false),
      held: false,
      lastBlockAt: clock.mono(),
      session: null,
      cancelLook: clock.every(LOOK_EVERY_MS, () => {
        if (clock.mono() - turn.lastBlockAt > LOST_MS) this.#end('microphone_lost')
      }),
    }
    this.#turn = turn
    sink.start(this.#message(turn, 'start'))
    for (const block of blocks) turn.frames.push(block)
    onState?.(this.state)
    return turn
  }

  #continue(turn: OpenTurn, block: Block, decision: VadDecision): void {
    turn.lastBlockAt = this.#options.clock.mono()
    turn.blocks += 1
    turn.frames.push(block)
    if (decision.speech) turn.heardSpeech = true
    const ms = turn.blocks * BLOCK_MS
    if (turn.held) {
      if (ms >= TURN_MAX_MS) this.#end('cap')
      return
    }
    if (decision.ended === 'silence') this.#end('silence')
    else if (decision.ended === 'cap' || ms >= (this.#options.capMs ?? CAP_MS)) this.#end('cap')
    else if (!turn.heardSpeech && ms >= (this.#options.noSpeechMs ?? NO_SPEECH_MS)) this.#end('silence')
  }

  #end(reason: EndReason): void {
    const turn = this.#turn
    if (!turn) return
    this.#turn = null
    turn.cancelLook()
    turn.frames.finish(reason === 'muted')
    // the detector keeps its utterance: what is still being said begins no other turn in its middle
    this.#options.sink.end({
      ...this.#message(turn, 'end'),
      frames: turn.frames.frames,
      crc32: turn.frames.crc32,
      reason,
    })
    if (!this.#muted) this.#options.onState?.(this.state)
  }

  #message(turn: OpenTurn, phase: Turn['phase']): Turn {
    const { clock } = this.#options
    return {
      turn: turn.id,
      phase,
      ...(turn.session ?? {}),
      stream: turn.stream,
      format: 'pcm_s16le_16000_mono',
      preroll: turn.preroll,
      at: clock.now(),
      mono: clock.mono(),
      trigger: turn.trigger,
    }
  }
}

function round(decibels: number): number {
  return Math.round(decibels * 10) / 10
}
