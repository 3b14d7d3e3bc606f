/** What somebody without a workspace passes on to the administrator. Pure; tested without a browser. */

/** The name under which Kubernetes knows the person, out of what the API says; undefined when it has none. */
export const kubernetesUserIn = (whyNone: string): string | undefined =>
  /Kubernetes knows you as (.+): ask for a RoleBinding/.exec(whyNone)?.[1];

const MONITORS = 'monitorjobs.mon.duckerhub.com,notificationchannels.mon.duckerhub.com';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Commands that let the person see and edit what a namespace watches. */
export const bindingCommands = (user: string): string =>
  [
    'kubectl -n NAMESPACE create role monitors --verb=get,list,create,patch,delete \\',
    `  --resource=${MONITORS}`,
    `kubectl -n NAMESPACE create rolebinding ${bindingName(user)} --role=monitors \\`,
    `  --user=${quoted(user)}`,
  ].join('\n');

const bindingName = (user: string): string =>
  `monitors-${user
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(-40)
    .replaceAll(/^-|-$/g, '')}`;
