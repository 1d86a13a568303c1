import { systemClock } from '../../shared/clock.ts'
import { decode } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { healthWords } from '../../shared/health-words.ts'
import { readHubPorts } from '../../shared/hub-ports.ts'

/** `lares hub health`: asks the hub of a data folder how it is, in words or as it answers. Returns the exit code. */
export async function askHealth(folder: string, { json }: { json: boolean }): Promise<number> {
  const ports = readHubPorts(folder)
  if (ports === null)
    throw new LaresError('unreachable', `no hub has run in ${folder}`, { hint: 'Start it: lares hub --data DIR.' })
  const { http, host } = ports
  const response = await fetch(`http://${host}:${http}/health`, { signal: AbortSignal.timeout(5_000) }).catch(
    (cause: unknown) => {
      throw new LaresError('unreachable', 'the hub does not answer', {
        cause,
        hint: 'Is it running? Look at its journal: journalctl -u lares-hub.',
      })
    },
  )
  const answer = await response.text()
  const said = decode('hub-health', Buffer.from(answer))
  process.stdout.write(said.ok && !json ? healthWords(said.value, systemClock.now()) : answer)
  if (said.ok && said.value.state === 'attention') return EXIT.attention
  return response.ok ? EXIT.ok : EXIT.failed
}
