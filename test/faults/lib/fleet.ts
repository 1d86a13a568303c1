import type { HubProcess } from '../../../scripts/lib/bench/hub-process.ts'
import { createDevices } from '../../../scripts/lib/bench/local-admin.ts'
import { systemClock } from '../../../shared/clock.ts'
import { TestDevice } from './test-device.ts'

/** Devices of one hub, sending together. */
export async function makeFleet(hub: HubProcess, count: number, random: () => number): Promise<TestDevice[]> {
  const identities = await createDevices(hub.ports.socket, count)
  return identities.map((identity) => new TestDevice(identity, { random }))
}

/** Connects all; resolves when all connections are closed again. */
export async function runFleet(devices: readonly TestDevice[], hub: HubProcess): Promise<void> {
  await Promise.all(devices.map((device) => device.run(hub.ports.plain)))
}

/** Resolves when the devices have this many more acknowledged messages than now, or when their connections are closed. */
export async function progress(devices: readonly TestDevice[], more: number): Promise<void> {
  const sum = () => devices.reduce((total, device) => total + device.acknowledged, 0)
  const goal = sum() + more
  await Promise.race(devices.map((device) => device.until(() => sum() >= goal || device.isClosed)))
}

/** Connects all, lets each send everything again that no ack has covered, and closes. Rejects when that takes too long. */
export async function settleFleet(devices: readonly TestDevice[], hub: HubProcess, timeoutMs = 30_000): Promise<void> {
  const closed = devices.map((device) => {
    const end = device.run(hub.ports.plain)
    return device.settle().then(() => {
      device.close()
      return end
    })
  })
  await within(timeoutMs, Promise.all(closed))
  const open = devices.filter((device) => !device.isSettled)
  if (open.length > 0) throw new Error(`${open.length} devices were not acked to the end`)
  for (const device of devices) device.resume()
}

/** Waits for something that other processes do, and no longer than this. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = systemClock.after(ms, () => reject(new Error(`nothing came within ${ms} ms`)))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    cancel()
  }
}

/** Looks every 50 ms until the answer is true. For the state of another process that cannot tell by itself. */
export async function eventually(condition: () => Promise<boolean> | boolean, timeoutMs = 15_000): Promise<void> {
  const end = systemClock.mono() + timeoutMs
  while (!(await condition())) {
    if (systemClock.mono() > end) throw new Error(`it did not happen within ${timeoutMs} ms`)
    await pause(50)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(ms, resolve))
}
