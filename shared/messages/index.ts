import * as registry from './registry.ts'

type Registry = typeof registry
type Messages = { [K in keyof Registry as Registry[K]['name']]: Registry[K] }

/** Every wire message by its name. */
export const MESSAGES = Object.fromEntries(Object.values(registry).map((one) => [one.name, one])) as unknown as Messages

export type MessageName = keyof Messages
