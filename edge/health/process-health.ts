import { monitorEventLoopDelay } from 'node:perf_hooks'
import { variable } from '../../shared/environment.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'

/** How this process is: its memory, how late its timers were since the last call, and systemd's count of restarts. */
export function processHealthReader(env: NodeJS.ProcessEnv): () => Heartbeat['process'] {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const told = variable('LARES_RESTARTS', env) ?? ''
  const restarts = /^\d+$/.test(told) ? Number(told) : null
  return () => {
    // The histogram counts the sampling interval itself as delay.
    const lag = delay.count > 0 ? Math.max(0, delay.percentile(99) / 1e6 - 20) : null
    return {
      rss_mb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
      loop_lag_p99_ms: lag === null ? null : Math.round(lag * 10) / 10,
      restarts,
    }
  }
}
