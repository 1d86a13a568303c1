/** Quality of service [MQTT-4.3]: at most once, at least once, exactly once. */
export type QoS = 0 | 1 | 2
