import { HEIGHT, linePath, type Point, WIDTH } from './line-path.ts'

/** A small chart without axes: how a value went. Gaps of more than three steps are gaps. `says` is what it shows, in words. */
export function Sparkline({ points, stepMs, says }: { points: readonly Point[]; stepMs: number; says: string }) {
  const path = linePath(points, stepMs)
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={says} preserveAspectRatio="none">
      <path d={path} vector-effect="non-scaling-stroke" />
    </svg>
  )
}
