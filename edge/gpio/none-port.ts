import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { GpioPort } from './port.ts'

const CHOOSE = 'Set [gpio] backend = "auto", or remove the button, light or output that has this pin.'

/** A machine without pins. Every use of one is refused with the reason, and its remedy where there is one. */
export function nonePort(reason: string | null, remedy: string | null = null): GpioPort {
  const refuse = async (pin: number): Promise<never> => {
    throw new LaresError('device_missing', `GPIO${pin} cannot be used: ${reason ?? '[gpio] backend is "none"'}`, {
      hint: remedy ?? CHOOSE,
    })
  }
  return {
    backend: 'none',
    base: null,
    reason: reason === null ? null : cutText(reason, 200),
    remedy,
    watch: refuse,
    output: refuse,
    async close() {},
  }
}
