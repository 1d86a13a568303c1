/** Why a TLS connection was not made, in words, and what helps. */
export interface TlsTrouble {
  cause: string
  remedy: string
}

const UNKNOWN_ISSUER: TlsTrouble = {
  cause: 'nobody whom this machine knows vouches for its certificate',
  remedy:
    "Copy the certificate of the server's authority to this machine and add sslrootcert=/PATH/TO/IT to the address, after ? or &.",
}

const BY_CODE = new Map<string, TlsTrouble>([
  ...[
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ].map((code) => [code, UNKNOWN_ISSUER] as const),
  [
    'CERT_HAS_EXPIRED',
    {
      cause: "its certificate has expired, or this machine's clock is wrong",
      remedy: 'Look at the clock (timedatectl), then renew the certificate of the server.',
    },
  ],
  [
    'CERT_NOT_YET_VALID',
    {
      cause: "its certificate is not valid yet, or this machine's clock is wrong",
      remedy: 'Set the clock of this machine (timedatectl).',
    },
  ],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    {
      cause: 'its certificate is for another name than the one in the address',
      remedy: 'Write the name that stands in the certificate into the address.',
    },
  ],
])

/** What an error while connecting says about TLS; `null` when it is about something else. Takes an error of pg or of Node. */
export function tlsTrouble(error: unknown): TlsTrouble | null {
  const {
    code,
    message = '',
    syscall,
    path,
  } = error as {
    code?: string
    message?: string
    syscall?: string
    path?: string
  }
  if (code !== undefined && BY_CODE.has(code)) return BY_CODE.get(code) ?? null
  if (syscall === 'open' && path !== undefined)
    return {
      cause: `the certificate file ${path}, which the address names, cannot be read on this machine (${code})`,
      remedy: 'Put the file there, readable for the user of this program, or name another one in the address.',
    }
  if (message === 'The server does not support SSL connections')
    return {
      cause: 'the address asks for TLS, and the server has it turned off',
      remedy:
        'Turn it on there (ssl = on in postgresql.conf), or leave sslmode out of the address where the way is safe.',
    }
  if (code === '28000' && /no encryption/.test(message))
    return {
      cause: 'the server lets nobody in without TLS',
      remedy: 'Add sslmode=verify-full to the address, after ? or &.',
    }
  return null
}
