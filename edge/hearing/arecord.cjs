'use strict'

/**
 * The recorder module that node-record-lpcm16 loads by its absolute path, in place of its own `arecord`:
 *
 * - `-t raw`: as `wav` arecord ends by itself after 2 GiB (18.6 hours of 16 kHz mono), with exit code 0.
 * - a period of 320 frames (20 ms) and a buffer of 3,200: the default period is 125 ms, too coarse to stop for
 *   somebody who interrupts, and the library has no option for it.
 * - a rate, a format and one channel that the wire fixes, whatever the caller asks.
 * - messages in English (LC_ALL=C): their text is how we know what is wrong.
 *
 * CommonJS because the library uses `require`. The program's name is fixed here and found on the PATH of `env`:
 * no setting can make it another program.
 */
module.exports = ({ device, env = process.env }) => ({
  cmd: 'arecord',
  args: [
    '-q',
    '-D',
    device,
    '-f',
    'S16_LE',
    '-r',
    '16000',
    '-c',
    '1',
    '--period-size=320',
    '--buffer-size=3200',
    '-t',
    'raw',
    '-',
  ],
  spawnOptions: { env: { ...env, LC_ALL: 'C' } },
})
