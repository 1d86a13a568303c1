import { describe, expect, it } from 'vitest'
import * as limits from '../../shared/limits.ts'
import { birth } from '../../shared/messages/birth.ts'
import { MESSAGES } from '../../shared/messages/index.ts'

describe('the limits', () => {
  it('fit into each other', () => {
    const largest = Math.max(...Object.values(MESSAGES).map(({ maxBytes }) => maxBytes))
    expect(limits.PACKET_BYTES.afterConnect).toBeGreaterThanOrEqual(largest + limits.TOPIC_BYTES)
    expect(limits.PAGE_BYTES).toBeLessThanOrEqual(limits.MESSAGE_BYTES.admin)
    expect(limits.REJECTED_RAW_BYTES * limits.REJECTED_PER_DEVICE.rows).toBeLessThanOrEqual(
      limits.REJECTED_PER_DEVICE.bytes,
    )
    expect(limits.HEARTBEAT_MS * 3).toBeLessThan(limits.SILENT_DEVICE_MS)
    expect(limits.CONNECTIONS_PER_ADDRESS).toBeLessThan(limits.CONNECTIONS_TOTAL)
  })

  it('let a device introduce as many sensors as it may have', () => {
    const wide = '温'
    const sensor = { key: 'k'.repeat(40), kind: wide.repeat(40), unit: wide.repeat(20), name: wide.repeat(100) }
    const full = { ...birth.sample, sensors: Array.from({ length: limits.SENSORS_PER_DEVICE }, () => sensor) }
    expect(Buffer.byteLength(JSON.stringify(full))).toBeLessThan(limits.MESSAGE_BYTES.birth)
  })

  it('give an audio frame of 40 ms one TCP segment', () => {
    expect((limits.AUDIO.rate * limits.AUDIO.frameMs) / 1_000).toBe(limits.AUDIO.frameSamples)
    expect(24 + limits.AUDIO.frameSamples * limits.AUDIO.bytesPerSample).toBeLessThan(1_448)
  })
})
