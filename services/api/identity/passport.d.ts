/** The part of passport that is used; the package brings no types. */
declare module 'passport' {
  import type { NextFunction, Request, Response } from 'express';

  export interface Actions {
    success(user: object): void;
    redirect(url: string, status?: number): void;
    error(error: unknown): void;
  }

  export interface Strategy {
    readonly name: string;
    authenticate(this: Actions, request: Request): void;
  }

  type Done = (error: unknown, user?: object | false) => void;

  export interface Authenticator {
    use(strategy: Strategy): this;
    authenticate(
      name: string,
      options: { readonly session: false },
      done: Done,
    ): (request: Request, response: Response, next: NextFunction) => void;
  }

  const passport: { readonly Passport: new () => Authenticator };
  // The package is CommonJS.
  // oxlint-disable-next-line import/no-default-export
  export default passport;
}
