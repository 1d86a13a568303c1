import { describe, expect, it } from 'vitest'
import { parseCards, parseNames } from '../../../edge/sound/sound-devices.ts'
import { faultFromStderr, StderrTail } from '../../../edge/sound/sound-fault.ts'

const CARDS = `**** List of CAPTURE Hardware Devices ****
card 1: seeed2micvoicec [seeed-2mic-voicecard], device 0: bcm2835-i2s-wm8960-hifi wm8960-hifi-0 [bcm2835-i2s-wm8960-hifi wm8960-hifi-0]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 2: Device [USB PnP Sound Device], device 0: USB Audio [USB Audio]
  Subdevices: 0/1
  Subdevice #0: subdevice #0
`

const NAMES = `null
    Discard all samples (playback) or generate zero samples (capture)
pulse
    PulseAudio Sound Server
hw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Direct hardware device without any conversions
plughw:CARD=Device,DEV=0
    USB PnP Sound Device, USB Audio
    Hardware device with all software conversions
`

describe('the sound devices of a machine', () => {
  it('are named by their card, never by its number', () => {
    expect(parseCards(CARDS)).toEqual([
      {
        device: 'plughw:CARD=seeed2micvoicec,DEV=0',
        card: 'seeed2micvoicec',
        description: 'seeed-2mic-voicecard, bcm2835-i2s-wm8960-hifi wm8960-hifi-0',
      },
      { device: 'plughw:CARD=Device,DEV=0', card: 'Device', description: 'USB PnP Sound Device, USB Audio' },
    ])
    expect(parseCards('arecord: device_list:274: no soundcards found...\n')).toEqual([])
  })

  it('leave out what converts, discards or bypasses', () => {
    expect(parseNames(NAMES)).toEqual([
      { device: 'pulse', card: null, description: 'PulseAudio Sound Server' },
      {
        device: 'plughw:CARD=Device,DEV=0',
        card: 'Device',
        description: 'USB PnP Sound Device, USB Audio, Hardware device with all software conversions',
      },
    ])
    expect(parseNames('')).toEqual([])
  })
})

describe('what a sound program says', () => {
  it.each([
    ['arecord: main:831: audio open error: No such file or directory', 'device_missing'],
    ['arecord: main:831: audio open error: No such device', 'device_missing'],
    ['arecord: main:831: audio open error: Device or resource busy', 'device_busy'],
    ['arecord: main:831: audio open error: Permission denied', 'no_permission'],
    ['arecord: set_params:1416: Unable to install hw params:', 'device_missing'],
  ])('%s', (line, code) => {
    expect(faultFromStderr('mic', ['something before', line])?.code).toBe(code)
  })

  it('is kept to its last twenty lines, however it comes', () => {
    const tail = new StderrTail()
    for (let line = 0; line < 100; line++) tail.push(Buffer.from(`line ${line}\n`))
    tail.push(Buffer.from('overrun!!! (at le'))
    tail.push(Buffer.from('ast 5.3 ms long)\nunfinished'))
    expect(tail.overruns).toBe(1)
    expect(tail.lines).toHaveLength(21)
    expect(tail.lines[0]).toBe('line 80')
    expect(tail.lines.at(-1)).toBe('unfinished')
    tail.push(Buffer.alloc(100_000, 'x'))
    expect(tail.lines.at(-1)?.length).toBe(500)
    expect(faultFromStderr('mic', ['nothing we know'])).toBeNull()
  })
})
