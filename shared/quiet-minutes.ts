/** Hours of a day as they are typed: `22:00-07:00`. */
export const QUIET_HOURS = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/

/** The minutes of the day at which they begin and end; `null`: they are none. */
export function quietMinutes(typed: string): { from: number; to: number } | null {
  const [, fromHour, fromMinute, toHour, toMinute] = QUIET_HOURS.exec(typed) ?? []
  if (fromHour === undefined) return null
  return { from: Number(fromHour) * 60 + Number(fromMinute), to: Number(toHour) * 60 + Number(toMinute) }
}
