import { cleanText } from '../../shared/clean-text.ts'
import { wait } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Machine } from '../health/machine.ts'
import { orNull, orSilent, parseNumber } from '../health/unknown.ts'
import { chooseChip, noChip } from './chip-labels.ts'
import { joinGpioGroup } from './gpio-group.ts'

const ROOT = '/sys/class/gpio'

export const pinFolder = (number: number): string => `${ROOT}/gpio${number}`

export interface HeaderChip {
  label: string
  /** The kernel's number of GPIO0. It differs between kernels (512, 571, 399 …), so it is never written down. */
  base: number
  lineCount: number
}

/** Raspberry Pis before the fifth have 54 pins, most of them not on the header. */
const USUAL_LINE_COUNT = 54

/**
 * The chip with the header's pins, from /sys/class/gpio/gpiochip*.
 * Rejects with `device_missing` when the interface or the chip is not there, `device_busy` when it does not answer,
 * `no_permission` when it may not be used.
 */
export async function findHeaderChip(
  machine: Machine,
  wanted: { base?: number | undefined; chip?: string | undefined },
): Promise<HeaderChip> {
  const names = await orNull(() => machine.list(ROOT))
  if (names === null)
    throw new LaresError('device_missing', `the kernel has no ${ROOT}`, {
      hint: `Set [gpio] backend = "gpiod" and install its programs: sudo apt install gpiod.`,
    })
  if (!(await machine.canWrite(`${ROOT}/export`)))
    throw new LaresError('no_permission', `${ROOT}/export may not be written`, {
      hint: joinGpioGroup(),
    })
  const folders = names.filter((name) => name.startsWith('gpiochip'))
  const silent: Error[] = []
  const chips = await Promise.all(
    folders.map((name) => readChip(machine, `${ROOT}/${name}`, (error) => silent.push(error))),
  )
  const known = chips.filter((chip) => chip !== null)
  if (wanted.base !== undefined) {
    const { base } = wanted
    const chip = known.find((one) => one.base === base)
    return chip ?? { label: 'configured', base, lineCount: USUAL_LINE_COUNT }
  }
  const chip = chooseChip(known, wanted.chip)
  if (chip) return chip
  if (silent[0]) throw silent[0]
  const labels = known.map(({ label }) => label)
  throw noChip(labels, wanted.chip, `in ${ROOT}`)
}

async function readChip(
  machine: Machine,
  folder: string,
  onSilent: (error: Error) => void,
): Promise<HeaderChip | null> {
  const read = (file: string) => orSilent(() => machine.readText(`${folder}/${file}`), onSilent)
  const [label, first, count] = await Promise.all([read('label'), read('base'), read('ngpio')])
  const base = parseNumber(first ?? undefined)
  const lineCount = parseNumber(count ?? undefined)
  if (label === null || base === null) return null
  return { label: cleanText(label), base, lineCount: lineCount ?? USUAL_LINE_COUNT }
}

const RIGHTS_STEP_MS = 10
const RIGHTS_TRIES = 100

export interface ExportOptions {
  /** The kernel's number of the pin. */
  number: number
  /** Whether the pin must be able to report edges. */
  edges: boolean
}

/**
 * Makes the pin's folder appear and waits up to a second until udev has handed over its files.
 * Rejects with what the kernel's refusal means: `device_missing`, `device_busy` or `no_permission`.
 */
export async function exportPin(
  machine: Machine,
  pin: number,
  { number, edges }: ExportOptions,
): Promise<'exported' | 'was exported'> {
  const folder = pinFolder(number)
  const before = (await orNull(() => machine.list(folder))) !== null
  if (!before) {
    try {
      await machine.writeText(`${ROOT}/export`, String(number))
    } catch (error) {
      throw refusal(error, pin, number)
    }
  }
  const files = ['value', 'direction', 'active_low', ...(edges ? ['edge'] : [])].map((name) => `${folder}/${name}`)
  for (let tries = 0; tries < RIGHTS_TRIES; tries += 1) {
    const ready = await Promise.all(files.map((file) => machine.canWrite(file)))
    if (ready.every(Boolean)) return before ? 'was exported' : 'exported'
    await wait(machine.clock, RIGHTS_STEP_MS)
  }
  if (!before) await orNull(() => machine.writeText(`${ROOT}/unexport`, String(number)))
  throw new LaresError('no_permission', `the files of GPIO${pin} in ${folder} may not be written`, {
    hint: joinGpioGroup(),
  })
}

function refusal(thrown: unknown, pin: number, number: number): LaresError {
  const cause: NodeJS.ErrnoException = asError(thrown)
  switch (cause.code) {
    case 'EINVAL':
      return new LaresError('device_missing', `the kernel has no GPIO${pin} (its number ${number})`, {
        cause,
        hint: 'Where [gpio] base is set, remove it, so that it is looked up. Otherwise choose another pin.',
      })
    case 'EBUSY':
      return new LaresError('device_busy', `GPIO${pin} is used by the kernel`, {
        cause,
        hint: 'A dtoverlay in config.txt uses it. Remove the overlay or choose another pin.',
      })
    case 'EACCES':
    case 'EPERM':
      return new LaresError('no_permission', `GPIO${pin} may not be exported`, {
        cause,
        hint: joinGpioGroup(),
      })
    default:
      return new LaresError('device_missing', `GPIO${pin} could not be exported: ${cause.message}`, { cause })
  }
}
