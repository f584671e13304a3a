import type { WatchedSubject } from '../alerts/alert-reports.ts';

/** Where an alert is shown, and to whom. */
export interface SensorPlace {
  readonly gateway: string;
  /** What all topics begin with. */
  readonly topic: string;
  readonly discoveryPrefix: string;
}

/** The topics of one alert of one subject. */
export function topicsOf(
  { topic, gateway }: SensorPlace,
  { alert, subject }: Pick<WatchedSubject, 'alert' | 'subject'>,
): { readonly state: string; readonly attributes: string } {
  const base = `${topic}/${gateway}/alerts/${alert}/${subject}`;
  return { state: `${base}/state`, attributes: `${base}/attributes` };
}

export function availabilityTopic({ topic, gateway }: SensorPlace): string {
  return `${topic}/${gateway}/status`;
}

export function eventsTopic({ topic, gateway }: SensorPlace): string {
  return `${topic}/${gateway}/alerts/events`;
}

/** Where Home Assistant looks for sensors of a gateway: its name is the node of the topic. */
export function discoveryTopics({ discoveryPrefix, gateway }: SensorPlace): string {
  return `${discoveryPrefix}/binary_sensor/signalbox_${gateway}/+/config`;
}

export function discoveryTopic(
  { discoveryPrefix, gateway }: SensorPlace,
  { alert, subject }: Pick<WatchedSubject, 'alert' | 'subject'>,
): string {
  return `${discoveryPrefix}/binary_sensor/signalbox_${gateway}/${alert}_${subject}/config`;
}

/** A binary sensor, as MQTT discovery of Home Assistant has it. */
export function sensorOf(place: SensorPlace, shown: WatchedSubject): object {
  const { gateway } = place;
  const { alert, subject, title, isOccurrence } = shown;
  const { state, attributes } = topicsOf(place, shown);
  const id = `signalbox_${gateway}_${alert}_${subject}`;
  return {
    name: `${subject}: ${title}`,
    unique_id: id,
    default_entity_id: `binary_sensor.${id}`.toLowerCase().replaceAll('-', '_'),
    ...(isOccurrence ? {} : { device_class: 'problem' }),
    state_topic: state,
    payload_on: 'ON',
    payload_off: 'OFF',
    json_attributes_topic: attributes,
    availability_topic: availabilityTopic(place),
    payload_available: 'online',
    payload_not_available: 'offline',
    qos: 1,
    device: {
      identifiers: [`signalbox_${gateway}`],
      name: `Signalbox ${gateway}`,
      manufacturer: 'Signalbox',
    },
    origin: { name: 'Signalbox' },
  };
}
