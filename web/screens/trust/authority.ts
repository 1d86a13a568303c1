/** SHA-256 of a certificate in DER as it is compared by eye: `AB:CD:…`. */
export async function fingerprintOf(der: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', der))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')
}

/** The fingerprint of the authority that vouches for this page; `null`: the hub has none, its certificate is the owner's own. */
export async function readFingerprint(): Promise<string | null> {
  const answer = await fetch('/ca.crt', { cache: 'no-store' })
  const body = await answer.arrayBuffer()
  return answer.ok ? fingerprintOf(body) : null
}
