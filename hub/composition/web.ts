import type { MetricSources } from '../web/metric-lists.ts'
import { type HubMetrics, hubMetrics } from '../web/metrics.ts'
import { WebServer } from '../web/server.ts'
import type { Base } from './base.ts'
import type { BrokerSide } from './broker-side.ts'

/** Health and metrics over HTTP. */
export function composeWeb(
  { options, report, store, recorder, sync, jobs, followers, lag }: Base,
  { broker, hooks, values, parts }: BrokerSide,
): { metrics: HubMetrics; web: WebServer } {
  const { config, log } = options
  const showsSensors = config.metrics.sensors
  const sources: MetricSources = {
    connected: () => broker.stats().connected,
    connections: () => broker.stats().connections,
    queueDepth: () => store.intake.depth,
    walBytes: () => store.numbers.walBytes,
    ledger: () => store.numbers.ledger,
    writes: () => store.numbers.writes ?? {},
    denials: () => hooks.denials.counts,
    violations: () => broker.stats().violations,
    hookFailures: () => broker.stats().hookFailures,
    loopLagP99Ms: () => lag.p99Ms(),
    audio: () => recorder.stats(),
    levels: () => (showsSensors ? recorder.levels() : []),
    degraded: () => store.fault !== null,
    dropped: () => ({ session_away: broker.stats().dropped, slow_reader: broker.stats().unread }),
    sensors: () => (showsSensors ? values.all() : []),
    sync: () => sync.status,
    followers: () => ({ figures: followers.figures, counts: followers.counts, now: options.clock.now() }),
    jobs: () => ({ figures: jobs.figures, outcomes: jobs.outcomes, now: options.clock.now() }),
  }
  const ofFeatures = parts.flatMap((part) => part.metrics ?? [])
  const metrics = hubMetrics(sources, ofFeatures)
  const web = new WebServer({
    listen: config.listen.http,
    log,
    health: report,
    metrics: async () => ({ type: metrics.registry.contentType, text: await metrics.registry.metrics() }),
  })
  return { metrics, web }
}
