import { afterEach } from 'vitest'
import type { PublishVerdict } from '../../../hub/broker/connection.ts'
import { type BrokerUnderTest, type Settings, startBroker } from './broker-under-test.ts'

/** Call once in a test file: returns what starts the broker of a test, which ends with the test. */
export function oneBroker(): (settings?: Settings) => Promise<BrokerUnderTest> {
  let running: BrokerUnderTest | null = null
  afterEach(async () => {
    await running?.stop()
    running = null
  })
  return async (settings = {}) => {
    running = await startBroker(settings)
    return running
  }
}

/** The payloads of the messages among the packets. */
export function payloads(packets: { cmd: string }[]): string[] {
  return packets
    .filter((packet) => packet.cmd === 'publish')
    .map((packet) => String((packet as never as { payload: Buffer }).payload))
}

/** Delivers, and remembers what was asked. */
export function noting(seen: string[], what: unknown, settle: (verdict: PublishVerdict) => void): void {
  seen.push(String(what))
  settle('deliver')
}
