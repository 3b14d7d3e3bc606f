/** The part of oidc-provider that the tests use; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  export interface Context {
    readonly path: string;
    readonly method: string;
    readonly query: Readonly<Record<string, string | string[] | undefined>>;
    readonly req: IncomingMessage;
    readonly res: ServerResponse;
    readonly oidc?: {
      readonly route: string;
      readonly body?: Readonly<Record<string, string>>;
      readonly client: { readonly clientId: string };
      readonly session?: { readonly accountId?: string };
    };
    body: unknown;
    status: number;
    respond: boolean;
  }

  type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly Grant: new (of: { accountId: string; clientId: string }) => Grant;
    use(middleware: Middleware): this;
    callback(): RequestListener;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
    ): Promise<void>;
    on(event: string, listener: (...values: unknown[]) => void): this;
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  const Memory: new (name: string) => object;
  // So does the package.
  // oxlint-disable-next-line import/no-default-export
  export default Memory;
}
