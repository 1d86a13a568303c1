import { decode } from '../../shared/codec.ts'
import type { Log } from '../../shared/log.ts'
import type { FrontMessage } from '../contract/front-part.ts'
import type { Intake, Settled } from '../engine/intake.ts'
import type { FinishedTurn, TurnRecorder } from './turn-recorder.ts'

/**
 * Turns on their way to disk: the recorder writes the sound, then the engine commits what was said.
 * The PUBACK of a turn's end waits for both, so a device that heard it may forget its frames.
 */
export class VoiceIntake {
  #recorder: TurnRecorder
  #intake: Pick<Intake, 'message' | 'input'>
  #log: Log

  constructor(parts: { recorder: TurnRecorder; intake: Pick<Intake, 'message' | 'input'>; log: Log }) {
    this.#recorder = parts.recorder
    this.#intake = parts.intake
    this.#log = parts.log
  }

  turn({ device, text, payload }: FrontMessage, settle: (verdict: Settled) => void): void {
    const decoded = decode('turn', payload)
    // A start is an ordinary message; so is what cannot be read, which the engine keeps as rejected.
    if (!decoded.ok || decoded.value.phase === 'start') {
      if (decoded.ok) this.#recorder.begin(device, decoded.value)
      this.#intake.message(text, payload, settle)
      return
    }
    this.#recorder
      .end(device, decoded.value)
      .then((finished) => this.#commit(finished, payload))
      .then(settle, (error: unknown) => {
        this.#log.error({ device, error: String(error) }, 'the end of a turn could not be stored')
        settle('fault')
      })
  }

  /** The hub closed a turn itself: nobody waits for an answer. */
  closed(finished: FinishedTurn): void {
    this.#commit(finished, null).catch((error: unknown) => {
      this.#log.error({ device: finished.device, error: String(error) }, 'a turn the hub closed could not be stored')
    })
  }

  async #commit(finished: FinishedTurn, payload: Buffer | null): Promise<Settled> {
    const { device, turn, recording } = finished
    const { verdict } = await this.#intake.input({ kind: 'turn_end', device, turn, payload, recording })
    return verdict
  }
}
