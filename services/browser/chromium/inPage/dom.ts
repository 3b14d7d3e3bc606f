/** The part of the DOM that the scripts in the page use; the project's own types know no browser. */

export interface PageNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<PageNode>;
  readonly firstChild: PageNode | null;
  readonly nextSibling: PageNode | null;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

export interface Style {
  readonly display: string;
  readonly visibility: string;
  readonly opacity: string;
  readonly position: string;
  readonly overflow: string;
  readonly clip: string;
  readonly clipPath: string;
  readonly contentVisibility: string;
  readonly color: string;
  readonly backgroundColor: string;
  readonly backgroundImage: string;
  readonly fontSize: string;
  readonly textIndent: string;
  readonly whiteSpaceCollapse: string;
  readonly zIndex: string;
}

export interface PageElement extends PageNode {
  readonly tagName: string;
  readonly id: string;
  readonly isConnected: boolean;
  readonly open?: boolean;
  readonly shadowRoot: { readonly childNodes: ArrayLike<PageNode> } | null;
  readonly parentElement: PageElement | null;
  readonly outerHTML: string;
  readonly children: ArrayLike<PageElement>;
  readonly firstElementChild: PageElement | null;
  readonly offsetParent: PageElement | null;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  getBoundingClientRect(): Box;
  assignedNodes?(options: { flatten: boolean }): PageNode[];
  contains(node: PageNode): boolean;
  matches(selector: string): boolean;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>;
  checkVisibility?(options: object): boolean;
}

export interface PageDocument extends PageElement {
  readonly title: string;
  readonly body: PageElement | null;
  readonly documentElement: PageElement;
  readonly contentType: string;
  elementFromPoint(x: number, y: number): PageElement | null;
  evaluate(
    expression: string,
    context: PageNode,
    resolver: null,
    type: number,
    result: null,
  ): {
    readonly resultType: number;
    readonly stringValue: string;
    readonly numberValue: number;
    readonly booleanValue: boolean;
    readonly snapshotLength: number;
    snapshotItem(index: number): PageNode | null;
  };
}
