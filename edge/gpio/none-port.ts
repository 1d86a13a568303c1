import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { GpioPort } from './port.ts'

/** A machine without pins. Every use of one is refused with the reason. */
export function nonePort(reason: string | null): GpioPort {
  const refuse = async (pin: number): Promise<never> => {
    throw new LaresError('device_missing', `GPIO${pin} cannot be used: ${reason ?? 'this machine has no GPIO'}`, {
      hint: 'Mend what is named here, or set [gpio] backend in the configuration file.',
    })
  }
  return {
    backend: 'none',
    base: null,
    reason: reason === null ? null : cutText(reason, 200),
    watch: refuse,
    output: refuse,
    async close() {},
  }
}
