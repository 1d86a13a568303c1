import { renderUnicodeCompact } from 'uqr'
import { systemClock } from '../shared/clock.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import { durationWords } from '../shared/time-words.ts'
import type { Call } from './parse-call.ts'
import { meantHub, withHub } from './which-hub.ts'

const MINUTE_MS = 60_000

interface Link {
  link: string
  others: string[]
  expires_at: number
  fingerprint: string | null
  warnings: string[]
}

/** `lares setup`: a link by which the owner's account is made, and on a terminal its QR code. Returns the exit code. */
export async function showSetupLink(call: Call): Promise<number> {
  const meant = meantHub(call)
  if (meant.kind === 'elsewhere')
    throw new LaresError('bad_params', `the link for an owner is made on the machine of ${meant.hub.name} itself`, {
      hint: 'Call sudo lares setup there. From here an administrator makes accounts (lares users create EMAIL) and gives passwords (lares users password EMAIL).',
    })
  const told = (await withHub(call, (client) => client.request('users', 'setup', {}))) as Link
  process.stdout.write(call.json ? `${JSON.stringify(told)}\n` : setupPage(told, process.stdout.isTTY === true))
  return EXIT.ok
}

/** What a person does with the link. */
export function setupPage({ link, others, expires_at, fingerprint, warnings }: Link, hasScreen: boolean): string {
  const elsewhere = others.map((other) => `  or: ${other}\n`).join('')
  const code = hasScreen ? `\n${renderUnicodeCompact(link, { border: 2 })}\n` : ''
  const warned = warnings.map((warning) => `\n${warning}\n`).join('')
  const trust =
    fingerprint === null
      ? ''
      : '\nUntil a browser trusts the authority of this house it warns. How: docs/web.md, "Trusting the house". Its fingerprint, SHA-256:\n' +
        `  ${fingerprint}\n`
  return (
    "Open this in a browser to make the owner's account, or to give one that is there another password:\n\n" +
    `  ${link}\n${elsewhere}${code}\n` +
    `It is good once, for ${durationWords(Math.ceil((expires_at - systemClock.now()) / MINUTE_MS) * MINUTE_MS)}. Whoever has it administers this hub: show it to nobody.\n${trust}${warned}`
  )
}
