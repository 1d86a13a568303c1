import { wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { joinGpioGroup } from '../gpio/gpio-group.ts'
import type { Machine } from '../health/machine.ts'
import { doesNotAnswer, orNull, parseNumber } from '../health/unknown.ts'
import type { PwmPlace } from './pwm-chip.ts'
import { ANOTHER_CHANNEL, PWM_ROOT } from './pwm-chip.ts'

const RIGHTS_STEP_MS = 10
const RIGHTS_TRIES = 100
const NANOSECONDS = 1e9

/**
 * One channel of the kernel's PWM (Documentation/driver-api/pwm.rst): the board makes the pulses by itself, and goes on with
 * them when nobody is there any more.
 */
export class PwmChannel {
  readonly #machine: Machine
  readonly #folder: string
  readonly #periodNs: number

  private constructor(machine: Machine, folder: string, periodNs: number) {
    this.#machine = machine
    this.#folder = folder
    this.#periodNs = periodNs
  }

  /**
   * Takes the channel with this share of each period on, 0 to 1, whatever it did before.
   * Rejects with `device_missing`, `device_busy` or `no_permission`.
   */
  static async open(
    machine: Machine,
    place: PwmPlace,
    { frequencyHz, share }: { frequencyHz: number; share: number },
  ): Promise<PwmChannel> {
    const folder = `${place.chip}/pwm${place.channel}`
    await exportChannel(machine, place, folder)
    const channel = new PwmChannel(machine, folder, Math.round(NANOSECONDS / frequencyHz))
    await channel.#begin(share)
    return channel
  }

  /** Resolves when the kernel has it. Rejects with `device_busy` when the file does not answer or keeps another value. */
  async set(share: number): Promise<void> {
    await this.#write('duty_cycle', Math.round(this.#periodNs * share))
  }

  async #begin(share: number): Promise<void> {
    // Only a channel at rest can be turned round again.
    if ((await orNull(() => this.#machine.readText(`${this.#folder}/polarity`)))?.trim() === 'inversed') {
      await this.#write('enable', 0)
      await this.#machine.writeText(`${this.#folder}/polarity`, 'normal')
    }
    // The kernel refuses a pulse longer than its period at every moment, so what is smaller goes first. A channel without
    // a period takes nothing else before it: kernels before 6.11 refuse every other write.
    const period = parseNumber(await this.#machine.readText(`${this.#folder}/period`)) ?? 0
    const fits = period > 0 && this.#periodNs * share <= period
    if (fits) await this.set(share)
    await this.#write('period', this.#periodNs)
    if (!fits) await this.set(share)
    await this.#write('enable', 1)
  }

  /** Reads back what it wrote: what is told of an output is what the kernel has. */
  async #write(name: string, value: number): Promise<void> {
    const path = `${this.#folder}/${name}`
    await this.#machine.writeText(path, String(value))
    const now = parseNumber(await this.#machine.readText(path))
    if (now !== value)
      throw new LaresError('device_busy', `${path} keeps ${now ?? 'no number'} instead of ${value}`, {
        hint: `Another program drives this channel. Stop it. Or: ${ANOTHER_CHANNEL}`,
      })
  }
}

/** Makes the channel's folder appear and waits up to a second until udev has handed over its files. */
async function exportChannel(machine: Machine, { chip, channel }: PwmPlace, folder: string): Promise<void> {
  const before = await orNull(() => machine.list(folder))
  if (before === null) {
    try {
      await machine.writeText(`${chip}/export`, String(channel))
    } catch (error) {
      throw refusal(error, `channel ${channel} of ${chip}`)
    }
  }
  const files = ['period', 'duty_cycle', 'enable'].map((name) => `${folder}/${name}`)
  for (let tries = 0; tries < RIGHTS_TRIES; tries += 1) {
    const ready = await Promise.all(files.map((file) => machine.canWrite(file)))
    if (ready.every(Boolean)) return
    await wait(machine.clock, RIGHTS_STEP_MS)
  }
  throw new LaresError('no_permission', `the files in ${folder} may not be written`, {
    hint: joinGpioGroup(),
  })
}

function refusal(thrown: unknown, what: string): Error {
  const cause: NodeJS.ErrnoException = asError(thrown)
  if (doesNotAnswer(cause)) return cause
  switch (cause.code) {
    case 'EBUSY':
      return new LaresError('device_busy', `${what} is used by the kernel`, {
        cause,
        hint: `A fan, a backlight or an overlay uses it. ${ANOTHER_CHANNEL}`,
      })
    case 'EACCES':
    case 'EPERM':
      return new LaresError('no_permission', `${what} may not be exported`, {
        cause,
        hint: joinGpioGroup(),
      })
    default:
      return new LaresError('device_missing', `${what} could not be exported: ${cause.message}`, {
        cause,
        hint: `Name one that is there: a folder of ${PWM_ROOT}, and a channel from 0 on, below the number in its file npwm.`,
      })
  }
}
