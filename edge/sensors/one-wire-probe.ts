import { LaresError } from '../../shared/errors.ts'

/** Nine bytes of a thermometer's memory: temperature, alarms, configuration, reserved, and their checksum. */
export type Scratchpad = readonly number[]

/** What one read of a probe says. Without a scratchpad the driver has judged the value already. */
export interface ProbeReading {
  scratchpad: Scratchpad | null
  milliDegrees: number
}

const NINE_BYTES = /^((?:[0-9a-f]{2} ){9}): crc=/
const TEMPERATURE = /t=(-?\d+)\s*$/

/** The family of MAX31850 and MAX31851, which measure with a thermocouple, and of DS1825: told apart by bit 7 of byte 4. */
const THERMOCOUPLE_OR_DS1825 = '3b'
/** All thermometers of the kernel's w1_therm but the thermocouples, from their data sheets, in thousandths of a degree. */
const CHIP_RANGE = [-55_000, 125_000] as const
/** What MAX31850 and MAX31851 can express. */
const THERMOCOUPLE_RANGE = [-270_000, 1_800_000] as const
/** What a probe holds after power-on until its first conversion. */
const POWER_ON = 85_000

/**
 * Reads the two lines of `w1_slave`: nine bytes with the verdict on their checksum, and the same bytes with `t=`.
 * The verdict is not believed, it is computed again: a shorted bus answers zeros, whose checksum is right.
 * Throws `bad_value` that names the probe.
 */
export function parseSlave(text: string, probe: { sensor: string; family: string }): ProbeReading {
  const milli = TEMPERATURE.exec(text)?.[1]
  const bytes = NINE_BYTES.exec(text)?.[1]
  if (milli === undefined || bytes === undefined)
    throw new LaresError('bad_value', `${probe.sensor} gave no temperature`)
  const scratchpad = bytes
    .trim()
    .split(' ')
    .map((byte) => Number.parseInt(byte, 16))
  if (scratchpad.every((byte) => byte === 0))
    throw new LaresError('bad_value', `${probe.sensor} answers nothing but zeros`, {
      hint: 'The data line is held down: look for a short circuit, a wet plug, or a probe without power.',
    })
  if (crc8(scratchpad.slice(0, 8)) !== scratchpad[8])
    throw new LaresError('bad_value', `${probe.sensor} failed its checksum`, {
      hint: 'Check the wiring: a long cable wants a smaller pull-up resistor.',
    })
  const reading = { scratchpad, milliDegrees: Number(milli) }
  checkRange(reading, probe)
  return reading
}

/** Reads `temperature`, which newer drivers offer: thousandths of a degree, checked by the driver. */
export function parseTemperature(text: string, probe: { sensor: string; family: string }): ProbeReading {
  if (!/^-?\d+\s*$/.test(text)) throw new LaresError('bad_value', `${probe.sensor} gave no temperature`)
  const reading = { scratchpad: null, milliDegrees: Number(text) }
  checkRange(reading, probe)
  return reading
}

/**
 * Whether this may be the memory of a probe that lost its power and measured nothing: 85 °C with the reserved byte as it is
 * after power-on. A probe in an oven reads 85 °C too, with that byte written by its conversion (DS18B20: 0x10); a second
 * conversion decides where the byte says nothing (DS18S20, and copies that never change it).
 */
export function looksLikePowerOn({ scratchpad, milliDegrees }: ProbeReading): boolean {
  return scratchpad !== null && milliDegrees === POWER_ON && scratchpad[6] === 0x0c
}

function checkRange(
  { scratchpad, milliDegrees }: ProbeReading,
  { sensor, family }: { sensor: string; family: string },
) {
  // Without the scratchpad nobody knows which of the two chips of that family it is.
  const wide = family === THERMOCOUPLE_OR_DS1825 && (scratchpad === null || ((scratchpad[4] ?? 0) & 0x80) !== 0)
  const [least, most] = wide ? THERMOCOUPLE_RANGE : CHIP_RANGE
  if (milliDegrees >= least && milliDegrees <= most) return
  throw new LaresError('bad_value', `${sensor} shows ${milliDegrees / 1_000} °C, which its chip cannot measure`, {
    hint: 'Check the wiring and the supply of the probe; replace it when this goes on.',
  })
}

/** Dallas CRC-8: x⁸ + x⁵ + x⁴ + 1, lowest bit first (Maxim application note 27). */
export function crc8(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0x8c : crc >> 1
  }
  return crc
}
