/** What the scripted model server can be told to answer, and what it remembers of each request. */

export type ModelAnswer =
  /** A completion whose content is this value as JSON. */
  | { readonly kind: 'json'; readonly value: unknown }
  /** A completion with this content, as it is. */
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly finishReason?: 'stop' | 'length' | 'content_filter';
      /** False leaves the token counts out. */
      readonly usage?: boolean;
      /** The model id in the answer; that of the request when absent. */
      readonly model?: string;
    }
  | { readonly kind: 'refusal'; readonly text: string }
  | { readonly kind: 'toolCall' }
  /** A body that is no completion. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType?: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Headers at once, then a byte now and then, without end. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Closes the connection without an answer, or in the middle of one. */
  | { readonly kind: 'cut'; readonly when: 'beforeHeaders' | 'inBody' };

export interface ModelRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON body as parsed. */
  readonly body: ChatRequest;
  /** The body as sent. */
  readonly raw: string;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [key: string]: unknown;
}

/** An answer, or what makes one from the request. */
export type Script = ModelAnswer | ((request: ModelRequest) => ModelAnswer);
