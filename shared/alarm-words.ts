/** What is wrong with a device, on one line. Agents begin their sentence with the part already. */
export function alarmWords({ part, description }: { part: string | null; description: string }): string {
  return part === null || description.startsWith(part) ? description : `${part}: ${description}`
}
