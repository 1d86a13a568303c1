/** What kinds of device there are, and the class each gets until somebody says more. */
export const DEVICE_TYPES = ['raspberry_pi', 'smart_speaker', 'tablet', 'custom'] as const
export type DeviceType = (typeof DEVICE_TYPES)[number]

const CLASSES: Record<DeviceType, string> = {
  raspberry_pi: 'computer',
  smart_speaker: 'speaker',
  tablet: 'tablet',
  custom: 'sensor',
}

export function classOf(type: string): string {
  return CLASSES[type as DeviceType] ?? 'sensor'
}
