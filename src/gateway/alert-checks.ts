import type { Alerts, Check, Ways } from '../telemetry/index.ts';

/** What `doctor` tells of alerts: ways that do not work, rules that cannot be judged, what is raised. */
export function alertChecks(alerts: Alerts, ways: Ways): readonly Check[] {
  const told = ways.status().map(({ name, kind, state, address, error, waiting, sent }): Check => {
    const own = { area: 'alert', name: `way ${name}` } as const;
    if (state !== 'failing' || error === undefined) {
      const found = `${kind} to ${address}, ${sent} sent`;
      return { ...own, passed: true, found };
    }
    const command = `signalbox alerts test ${name}`;
    const { code, fault, message, nextStep } = error;
    const found = `${message}; ${waiting} wait [${code}]`;
    return {
      ...own,
      passed: false,
      found,
      code,
      fault,
      next: `${nextStep} Then: ${command}`,
      command,
    };
  });
  const rules = alerts.rules().flatMap(({ rule, problem, open }): Check[] => {
    const own = { area: 'alert', name: `alert ${rule.name}` } as const;
    if (!rule.enabled) return [];
    const unknown = open.filter(({ acknowledged }) => acknowledged === undefined);
    const [first] = unknown;
    const more = unknown.length > 1 ? `, and ${unknown.length - 1} more` : '';
    return [
      ...(problem === undefined
        ? []
        : [
            {
              ...own,
              passed: false,
              isWarning: true,
              found: `cannot be judged: ${problem}`,
              next: 'Poll what it needs, or say the rule otherwise.',
            },
          ]),
      ...(first === undefined
        ? []
        : [
            {
              ...own,
              passed: false,
              isWarning: true,
              found: `${first.message}${more}`,
              next: 'See all that is wrong: signalbox alerts',
              command: 'signalbox alerts',
            },
          ]),
    ];
  });
  return [...told, ...rules];
}
