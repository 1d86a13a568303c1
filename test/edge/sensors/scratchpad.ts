import { crc8 } from '../../../edge/sensors/one-wire-probe.ts'

/** `w1_slave` of a DS18B20 at this temperature, in thousandths of a degree. `reserved` is byte 6: 0x0c after power-on. */
export function slaveText(milli: number, { reserved = 0x10 }: { reserved?: number } = {}): string {
  const raw = Math.round((milli * 16) / 1_000) & 0xffff
  const bytes = [raw & 0xff, raw >> 8, 0x4b, 0x46, 0x7f, 0xff, reserved, 0x10]
  return slaveOf([...bytes, crc8(bytes)], milli)
}

/** `w1_slave` with these nine bytes, as the driver writes it: with its own verdict, right or wrong. */
export function slaveOf(bytes: readonly number[], milli: number, verdict = 'YES'): string {
  const text = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return `${text} : crc=${text.slice(-2)} ${verdict}\n${text} t=${milli}\n`
}
