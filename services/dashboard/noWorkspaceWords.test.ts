import assert from 'node:assert/strict';
import { bindingCommands, kubernetesUserIn } from './web/src/parts/noWorkspaceWords.ts';

describe('the words for somebody without a workspace', () => {
  const saying = (user: string): string =>
    `You may see monitors in no namespace. Kubernetes knows you as ${user}: ask for a RoleBinding with get and list of monitorjobs.mon.duckerhub.com`;

  it('have the name under which Kubernetes knows the person, whatever is in it', () => {
    for (const user of ['ann@corp.example', 'oidc:ann', 'https://id.example/x#42'])
      assert.equal(kubernetesUserIn(saying(user)), user);
  });

  it('have no name where the answer has none', () => {
    assert.equal(kubernetesUserIn('You are a member of no workspace'), undefined);
  });

  it('have commands that a shell takes as they are meant', () => {
    assert.match(bindingCommands('ann@corp.example'), /rolebinding monitors-ann-corp-example /);
    const commands = bindingCommands(`o'hara; rm -rf /@x`);
    assert.ok(commands.endsWith(String.raw`--user='o'\''hara; rm -rf /@x'`), commands);
    assert.match(commands, /rolebinding monitors-o-hara-rm-rf-x --role/);
  });
});
