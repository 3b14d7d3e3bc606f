/** Parts of specs that tests of the scheduler differ in. */
import type { Alerting, Goal, Schedule } from '../../../crds/types/monitorjob.ts';
import { testSpec } from '../../store/testing/monitors.ts';

/** Alerting with the schema's defaults, over the channel `hook`. */
export const alerting = (patch: Partial<Alerting> = {}): { alerting: Alerting } => ({
  alerting: { ...testSpec().alerting, channelRefs: [{ name: 'hook' }], ...patch },
});

/** A goal with the schema's defaults. */
export const goal = (patch: Partial<Goal> = {}): { goal: Goal } => ({
  goal: { ...testSpec().goal, ...patch },
});

/** Once a day, in UTC. */
export const daily = (patch: Partial<Schedule> = {}): { schedule: Schedule } => ({
  schedule: { ...testSpec().schedule, interval: '24h', ...patch },
});

/** A goal that has no words: conditions alone decide. */
export const noPrompt = (patch: Partial<Goal> = {}): { goal: Goal } => {
  const { prompt: _prompt, ...rest } = testSpec().goal;
  return { goal: { ...rest, ...patch } };
};
