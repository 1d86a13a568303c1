import { LaresError } from '../../shared/errors.ts'

/**
 * Which pins are taken, and how to let go of each. Two parts that use one pin would undo each other's settings in
 * silence, so the second is refused.
 */
export class PinClaims {
  readonly #taken = new Map<number, () => Promise<void>>()

  /** Throws `bad_config` when the number is no pin or the pin is taken. */
  claim(pin: number, lineCount: number): void {
    if (!Number.isInteger(pin) || pin < 0 || pin >= lineCount)
      throw new LaresError('bad_config', `GPIO${pin} is no pin of this machine (0 to ${lineCount - 1})`, {
        hint: 'Use BCM numbers: the pin called GPIO17 is 17, wherever it is on the header.',
      })
    if (this.#taken.has(pin))
      throw new LaresError('bad_config', `GPIO${pin} is used twice`, {
        hint: 'Give each button and light its own pin.',
      })
    this.#taken.set(pin, async () => {})
  }

  /** Says how to let go of a claimed pin. Returns a function that does it once and frees the pin. */
  hold(pin: number, letGo: () => Promise<void>): () => Promise<void> {
    let going: Promise<void> | null = null
    const release = () => {
      going ??= letGo().finally(() => {
        this.#taken.delete(pin)
      })
      return going
    }
    this.#taken.set(pin, release)
    return release
  }

  /** Gives a claimed pin back that could not be opened. */
  drop(pin: number): void {
    this.#taken.delete(pin)
  }

  async releaseAll(): Promise<void> {
    await Promise.allSettled([...this.#taken.values()].map((release) => release()))
    this.#taken.clear()
  }
}
