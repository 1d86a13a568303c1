import { z } from 'zod'

const MOST_PORTS = 65_535

/** `host:port` in two; the brackets of an IPv6 address are taken off. */
export function splitAddress(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) }
}

/** An address as people write it. An IPv6 address stands in brackets. */
export const address = z.string().superRefine((text, issue) => {
  const wrong = whatIsWrong(text)
  if (wrong !== null) issue.addIssue({ code: 'custom', message: wrong })
})

function whatIsWrong(text: string): string | null {
  const port = /^(?:\[[0-9a-f:.]+(?:%\w+)?\]|[^:\s[\]]+):(\d+)$/i.exec(text)?.[1]
  if (port !== undefined) return Number(port) <= MOST_PORTS ? null : `the port ${port} is above ${MOST_PORTS}`
  if (/^[0-9a-f]*:[0-9a-f:]*:/i.test(text))
    return `${text} is no host:port; an IPv6 address stands in brackets: [::1]:8883`
  return /^\[?[^:\s]+\]?$/.test(text)
    ? `${text} has no port; write host:port`
    : `${text} is no address of the form host:port`
}
