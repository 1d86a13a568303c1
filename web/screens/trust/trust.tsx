import { useEffect, useState } from 'preact/hooks'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { QrCode } from '../../parts/qr-code.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { readFingerprint } from './authority.ts'

/** How a phone or laptop comes to trust the hub: what to compare, what to load, and what to press. It is shown without a login, too. */
export function Trust() {
  const says = words.value.trust
  useTitle(says.title)
  const [found, setFound] = useState<{ fingerprint: string | null } | null>(null)
  const [error, setError] = useState<HubError | null>(null)
  useEffect(() => {
    readFingerprint().then(
      (fingerprint) => setFound({ fingerprint }),
      (thrown) => setError(asHubError(thrown)),
    )
  }, [])
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      <Failure error={error} />
      {found?.fingerprint === null && <p class="notice">{says.own}</p>}
      {typeof found?.fingerprint === 'string' && (
        <>
          <Card title={says.compare} class="narrow">
            <p>{says.where}</p>
            <code>
              {found.fingerprint.split(/(?<=:)/).map((pair, index) => (
                <>
                  {index % 4 === 0 && <wbr />}
                  {pair}
                </>
              ))}
            </code>
          </Card>
          <Card title={says.load} class="narrow">
            <QrCode text={`${location.origin}/ca.crt`} says={says.code} />
            <p class="buttons">
              <a class="button" href="/ca.crt" download="lares.crt">
                {says.certificate}
              </a>
              <a class="button" href="/ca.mobileconfig">
                {says.profile}
              </a>
            </p>
          </Card>
          <Card title={says.install}>
            <dl class="figures">
              {Object.values(says.systems).map(({ name, steps }) => (
                <div key={name} class="wide">
                  <dt>{name}</dt>
                  <dd>{steps}</dd>
                </div>
              ))}
            </dl>
          </Card>
        </>
      )}
    </>
  )
}
