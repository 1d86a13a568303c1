import type { z } from 'zod'

/** A feature's section of `hub.toml`. Everything in it has a default. What it is read as goes to other threads: plain values. */
export interface SettingsSection<S extends z.ZodObject = z.ZodObject> {
  /** The name between the brackets. */
  name: string
  schema: S
  /** By key: what it is for, and a line that works. Every key has both. */
  keys: Readonly<Record<string, { meaning: string; example: string }>>
}

export function settingsSection<S extends z.ZodObject>(section: SettingsSection<S>): SettingsSection<S> {
  return section
}

/** A section as `hub.toml` was read, or its defaults where there is none of it. It is parsed once, so it may transform. */
export function readSection<S extends z.ZodObject>(
  { name, schema }: SettingsSection<S>,
  settings: Readonly<Record<string, unknown>>,
): z.infer<S> {
  return settings[name] === undefined ? schema.parse({}) : (settings[name] as z.infer<S>)
}
