import { useEffect, useState } from 'preact/hooks'

interface Code {
  size: number
  path: string
}

/** Text as a QR code, dark on light in every theme, because cameras want it so. What makes it is loaded with the first one. */
export function QrCode({ text, says }: { text: string; says: string }) {
  const [code, setCode] = useState<Code | null>(null)
  useEffect(() => {
    let over = false
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(text, { border: 2 })
      if (!over) setCode({ size, path: pathOf(data) })
    })
    return () => {
      over = true
    }
  }, [text])
  if (code === null) return <div class="qr" />
  return (
    <svg class="qr" role="img" aria-label={says} viewBox={`0 0 ${code.size} ${code.size}`} shape-rendering="crispEdges">
      <path fill="#fff" d={`M0 0h${code.size}v${code.size}H0z`} />
      <path fill="#000" d={code.path} />
    </svg>
  )
}

function pathOf(rows: boolean[][]): string {
  return rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('')
}
