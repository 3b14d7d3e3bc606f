/** The services, their ports, and who may call whom. */

export const SERVICES = [
  'dashboard',
  'api',
  'browser',
  'llm',
  'notification',
  'scheduler',
  'egress',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Who may sign internal calls: the services, and the operator, which takes none. */
export const INTERNAL_CALLERS = [...SERVICES, 'operator'] as const;
export type InternalCaller = (typeof INTERNAL_CALLERS)[number];

/** Default ports; each can be changed by its environment variable (`portVariable`). */
export const DEFAULT_PORTS: Readonly<Record<ServiceName, number>> = {
  dashboard: 3000,
  api: 8000,
  browser: 8001,
  llm: 8002,
  notification: 8003,
  scheduler: 8004,
  egress: 8005,
};

/** The environment variable that overrides a service's port, such as `API_PORT`. */
export const portVariable = (service: ServiceName): string => `${service.toUpperCase()}_PORT`;

/** Every pair that talks with the signed internal header; a key is derived for each. */
export const INTERNAL_CALLS: readonly (readonly [caller: InternalCaller, callee: ServiceName])[] = [
  ['api', 'scheduler'],
  ['operator', 'scheduler'],
  ['scheduler', 'browser'],
  ['scheduler', 'llm'],
  ['scheduler', 'notification'],
  ['scheduler', 'egress'],
];
