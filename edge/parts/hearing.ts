import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { Machine } from '../health/machine.ts'
import type { EarState, Refusal, Trigger } from '../hearing/ear.ts'
import { Ear } from '../hearing/ear.ts'
import { Framer } from '../hearing/framer.ts'
import { Recorder } from '../hearing/recorder.ts'
import type { VoiceLink } from '../hearing/turn-sender.ts'
import { TurnSender } from '../hearing/turn-sender.ts'
import { Vad } from '../hearing/vad.ts'
import { openWebrtcVad } from '../hearing/webrtc-vad.ts'
import type { Outbox } from '../outbox/outbox.ts'

export type MicrophoneConfig = EdgeConfig['microphone']

/** 0 to 3; the higher, the less the detector calls speech. 2 is the one its authors use for calls. */
const DETECTOR_MODE = 2
const MINUTE_MS = 60_000

export interface HearingOptions {
  config: MicrophoneConfig
  /** Folder for the number of the running recorder. */
  runtimeFolder: string
  clock: Clock
  /** Default: this machine. */
  machine?: Machine
  log: Log
  outbox: Pick<Outbox, 'event'>
  /** The voice connection; not ready until the agent has joined and the hub was reached. */
  link: VoiceLink
  /** Where the recorder is looked for. Default: this program's own environment. */
  env?: NodeJS.ProcessEnv
  onState: (state: EarState) => void
  /** Somebody wanted to speak and was not listened to. */
  onRefused?: (refusal: Refusal) => void
}

/** Microphone, voice detection and turns. A machine without a microphone says so and goes on without. */
export class Hearing implements Service {
  #options: HearingOptions
  #quiet: RateLimitedLog
  #recorder: Recorder | null = null
  #ear: Ear | null = null
  #sender: TurnSender | null = null
  #trigger: MicrophoneConfig['trigger']
  #muted = false
  /** What the ear that is open listens for. */
  #openTrigger: MicrophoneConfig['trigger'] | null = null
  #wantsToRun = false
  /** Starting, stopping and changing take their turns: two at once would leave a recorder that nobody knows of. */
  #turn: Promise<void> = Promise.resolve()
  #problem: string | null = null

  constructor(options: HearingOptions) {
    this.#options = options
    this.#trigger = options.config.trigger
    this.#quiet = new RateLimitedLog(options.clock, MINUTE_MS)
  }

  /** Never rejects: what is missing is in `health`. */
  start(): Promise<void> {
    this.#wantsToRun = true
    return this.#inTurn(() => this.#begin())
  }

  stop(): Promise<void> {
    // What waits for its turn begins nothing any more.
    this.#wantsToRun = false
    return this.#inTurn(() => this.#end())
  }

  /** Whether this agent is meant to hear. */
  get wanted(): boolean {
    return this.#options.config.enabled
  }

  button(pressed: boolean): void {
    this.#ear?.button(pressed)
  }

  mute(muted: boolean): void {
    this.#muted = muted
    this.#ear?.mute(muted)
  }

  session(session: Session): void {
    this.#sender?.session(session)
    this.#ear?.session(session)
  }

  /** While the device itself speaks, a voice begins no turn. */
  speaking(on: boolean): void {
    this.#ear?.speaking(on)
  }

  connected(): void {
    this.#sender?.connected()
  }

  /** Begins anew with the microphone, at somebody's wish. */
  restart(): Promise<void> {
    return this.#inTurn(() => this.#again())
  }

  /** What starts a turn from now on; `null`: as the file says. */
  async setTrigger(trigger: MicrophoneConfig['trigger'] | null): Promise<void> {
    this.#trigger = trigger ?? this.#options.config.trigger
    await this.#inTurn(async () => {
      if (this.#openTrigger !== null && this.#openTrigger !== this.#trigger) await this.#again()
    })
  }

  /** As the heartbeat shows it. */
  health(): Heartbeat['audio'] {
    const { config } = this.#options
    if (!config.enabled) return { device: null, state: 'none', overruns: 0, bytes_per_s: null, reason: null }
    const device = config.device
    if (this.#recorder === null)
      return {
        device,
        state: 'unavailable',
        overruns: 0,
        bytes_per_s: null,
        reason: this.#problem === null ? null : cutText(this.#problem, 200),
      }
    const { state, reason } = this.#recorder.state
    const counters = this.#recorder.counters()
    return {
      device,
      state: state === 'ok' && this.#muted ? 'muted' : state,
      overruns: counters.overruns,
      bytes_per_s: counters.bytesPerSecond,
      reason: reason ? cutText(reason, 200) : null,
    }
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(change)
    this.#turn = done.catch(() => {})
    return done
  }

  async #begin(): Promise<void> {
    if (!this.#wantsToRun || !this.#options.config.enabled || this.#recorder !== null) return
    try {
      await this.#open()
    } catch (error) {
      this.#problem = asError(error).message
      this.#options.log.error({ error: this.#problem }, 'the microphone cannot be used')
    }
  }

  async #end(): Promise<void> {
    this.#ear?.stop()
    await this.#recorder?.stop()
    this.#sender?.stop()
    this.#recorder = null
    this.#ear = null
    this.#sender = null
    this.#openTrigger = null
  }

  async #again(): Promise<void> {
    await this.#end()
    this.#problem = null
    await this.#begin()
  }

  async #open(): Promise<void> {
    const { config, clock, log, link, runtimeFolder, onState } = this.#options
    const { hangover_ms: hangoverMs, min_speech_ms: minSpeechMs, longest_s } = config.voice_activity
    const capMs = longest_s * 1_000
    const vad = new Vad(await openWebrtcVad(DETECTOR_MODE), { hangoverMs, minSpeechMs, capMs })
    const sender = new TurnSender({ clock, link, onGivenUp: (turn) => this.#tellGivenUp(turn) })
    const ear = new Ear({
      clock,
      vad,
      sink: sender,
      trigger: this.#trigger,
      capMs,
      echoCancelled: config.echo_cancelled,
      onRefused: (refusal, trigger) => this.#tellRefused(refusal, trigger),
      onState,
    })
    ear.mute(this.#muted)
    this.#openTrigger = this.#trigger
    const framer = new Framer(clock)
    this.#sender = sender
    this.#ear = ear
    this.#recorder = new Recorder({
      device: config.device,
      clock,
      log,
      ...(this.#options.machine ? { machine: this.#options.machine } : {}),
      ...(this.#options.env ? { env: this.#options.env } : {}),
      pidFile: join(runtimeFolder, 'recorder.pid'),
      onPcm(chunk) {
        for (const block of framer.push(chunk)) ear.block(block)
      },
      onState: ({ state }) => ear.microphone(state === 'ok'),
      onGap() {
        framer.reset()
        ear.gap()
      },
      isQuiet: () => ear.quiet,
    })
    await this.#recorder.start()
  }

  #tellRefused(refusal: Refusal, trigger: Trigger): void {
    const allowed = this.#quiet.allow(`refused ${refusal}`)
    this.#options.onRefused?.(refusal)
    if (!allowed) return
    this.#options.outbox.event({
      type: 'turn_refused',
      severity: 'warning',
      description: `Somebody wanted to speak and was not listened to: ${refusal}.`,
      data: { reason: refusal, trigger, since_last: allowed.held + 1 },
    })
  }

  #tellGivenUp(turn: string): void {
    this.#options.outbox.event({
      type: 'turn_given_up',
      severity: 'warning',
      description: 'The hub did not confirm the end of a turn within ten minutes.',
      data: { turn },
    })
  }
}
