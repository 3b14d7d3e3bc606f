/** The part of the DevTools protocol that is used here: commands with their answers, and events. */

/** No parameters, or an answer without content. */
export type Nothing = Readonly<Record<string, never>>;

interface Remote {
  readonly result: { readonly type: string; readonly value?: unknown };
  readonly exceptionDetails?: {
    readonly text: string;
    readonly exception?: { readonly description?: string };
  };
}

/** The frames that one process shows, from the outermost on. */
export interface FrameTree {
  readonly frame: { readonly id: string };
  readonly childFrames?: readonly FrameTree[];
}

/** The part of a cookie that it takes to set it again. */
export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Seconds since 1970; absent or -1 ends with the session. */
  readonly expires?: number | undefined;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None' | undefined;
}

/** Parameters and answer of each command. */
export interface Commands {
  'Browser.getVersion': { params: Nothing; result: { product: string; userAgent: string } };
  'Browser.close': { params: Nothing; result: Nothing };
  'Browser.setDownloadBehavior': {
    params: { behavior: 'deny'; browserContextId: string };
    result: Nothing;
  };
  'Browser.grantPermissions': {
    params: { permissions: string[]; browserContextId: string };
    result: Nothing;
  };
  'SystemInfo.getProcessInfo': {
    params: Nothing;
    result: { processInfo: { type: string; id: number; cpuTime: number }[] };
  };
  'Target.setDiscoverTargets': { params: { discover: boolean }; result: Nothing };
  'Target.createBrowserContext': {
    params: { proxyServer: string; proxyBypassList: string; disposeOnDetach: boolean };
    result: { browserContextId: string };
  };
  'Target.disposeBrowserContext': { params: { browserContextId: string }; result: Nothing };
  'Target.createTarget': {
    params: { url: string; browserContextId: string; width: number; height: number };
    result: { targetId: string };
  };
  'Target.attachToTarget': {
    params: { targetId: string; flatten: true };
    result: { sessionId: string };
  };
  'Target.setAutoAttach': {
    params: {
      autoAttach: true;
      waitForDebuggerOnStart: false;
      flatten: true;
      filter: { type: string }[];
    };
    result: Nothing;
  };
  'Target.closeTarget': { params: { targetId: string }; result: Nothing };
  'Page.enable': { params: Nothing; result: Nothing };
  'Page.navigate': {
    params: { url: string };
    result: { frameId: string; loaderId?: string; errorText?: string; isDownload?: boolean };
  };
  'Page.stopLoading': { params: Nothing; result: Nothing };
  'Page.handleJavaScriptDialog': { params: { accept: boolean }; result: Nothing };
  'Page.addScriptToEvaluateOnNewDocument': {
    params: { source: string; worldName?: string; runImmediately?: boolean };
    result: { identifier: string };
  };
  'Page.createIsolatedWorld': {
    params: { frameId: string; worldName: string };
    result: { executionContextId: number };
  };
  'Page.getFrameTree': { params: Nothing; result: { frameTree: FrameTree } };
  'Page.getLayoutMetrics': {
    params: Nothing;
    result: {
      cssContentSize: { width: number; height: number };
      cssLayoutViewport: { pageX: number; pageY: number };
    };
  };
  'Page.captureScreenshot': {
    params: {
      format: 'webp';
      quality: number;
      captureBeyondViewport: boolean;
      clip: { x: number; y: number; width: number; height: number; scale: number };
    };
    result: { data: string };
  };
  'Runtime.evaluate': {
    params: {
      expression: string;
      contextId?: number;
      awaitPromise?: boolean;
      returnByValue?: boolean;
      timeout?: number;
    };
    result: Remote;
  };
  'Runtime.addBinding': {
    params: { name: string; executionContextName: string };
    result: Nothing;
  };
  'Page.removeScriptToEvaluateOnNewDocument': { params: { identifier: string }; result: Nothing };
  'Input.dispatchMouseEvent': {
    params: {
      type: 'mouseMoved' | 'mousePressed' | 'mouseReleased';
      x: number;
      y: number;
      button?: 'left';
      clickCount?: number;
    };
    result: Nothing;
  };
  'Input.dispatchKeyEvent': {
    params: {
      type: 'keyDown' | 'rawKeyDown' | 'keyUp';
      key: string;
      code: string;
      windowsVirtualKeyCode: number;
      text?: string;
    };
    result: Nothing;
  };
  'Storage.getCookies': {
    params: { browserContextId: string };
    result: { cookies: Cookie[] };
  };
  'Storage.setCookies': {
    params: { browserContextId: string; cookies: Cookie[] };
    result: Nothing;
  };
  'Storage.clearCookies': { params: { browserContextId: string }; result: Nothing };
  'Storage.overrideQuotaForOrigin': {
    params: { origin: string; quotaSize: number };
    result: Nothing;
  };
  'Storage.clearDataForOrigin': {
    params: { origin: string; storageTypes: 'local_storage' };
    result: Nothing;
  };
  'Inspector.enable': { params: Nothing; result: Nothing };
  'Network.enable': {
    params: { maxTotalBufferSize: number; maxResourceBufferSize: number };
    result: Nothing;
  };
  'Network.setBypassServiceWorker': { params: { bypass: boolean }; result: Nothing };
  'Network.setBlockedURLs': {
    params: { urlPatterns: { urlPattern: string; block: boolean }[] };
    result: Nothing;
  };
  'Network.setExtraHTTPHeaders': {
    params: { headers: Record<string, string> };
    result: Nothing;
  };
  'Emulation.setFocusEmulationEnabled': { params: { enabled: boolean }; result: Nothing };
  'Emulation.setUserAgentOverride': {
    params: { userAgent: string; acceptLanguage: string };
    result: Nothing;
  };
  'Emulation.setDeviceMetricsOverride': {
    params: { width: number; height: number; deviceScaleFactor: number; mobile: boolean };
    result: Nothing;
  };
  'Emulation.setLocaleOverride': { params: { locale: string }; result: Nothing };
  'Emulation.setTimezoneOverride': { params: { timezoneId: string }; result: Nothing };
  'Fetch.enable': {
    params: {
      handleAuthRequests: boolean;
      patterns: {
        urlPattern: string;
        resourceType: 'Document';
        requestStage: 'Request' | 'Response';
      }[];
    };
    result: Nothing;
  };
  'Fetch.disable': { params: Nothing; result: Nothing };
  'Fetch.continueRequest': {
    params: { requestId: string; headers?: { name: string; value: string }[] };
    result: Nothing;
  };
  'Fetch.continueWithAuth': {
    params: {
      requestId: string;
      authChallengeResponse:
        | { response: 'ProvideCredentials'; username: string; password: string }
        | { response: 'CancelAuth' };
    };
    result: Nothing;
  };
}

interface RequestInfo {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ResponseInfo {
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly mimeType: string;
}

/** Content of each event. */
export interface Events {
  'Target.targetCreated': {
    targetInfo: { targetId: string; type: string; browserContextId?: string };
  };
  'Target.targetDestroyed': { targetId: string };
  'Target.targetCrashed': { targetId: string; status: string; errorCode: number };
  'Target.attachedToTarget': { sessionId: string; targetInfo: { targetId: string; type: string } };
  'Target.detachedFromTarget': { sessionId: string };
  'Inspector.targetCrashed': Nothing;
  'Page.domContentEventFired': { timestamp: number };
  'Page.loadEventFired': { timestamp: number };
  'Page.frameAttached': { frameId: string; parentFrameId: string };
  'Page.frameDetached': { frameId: string };
  'Page.frameNavigated': { frame: { id: string; parentId?: string; url: string } };
  'Page.navigatedWithinDocument': { frameId: string; url: string };
  'Page.javascriptDialogOpening': { type: string };
  'Page.downloadWillBegin': { url: string };
  'Runtime.bindingCalled': { name: string; payload: string; executionContextId: number };
  'Network.requestWillBeSent': {
    requestId: string;
    frameId?: string;
    loaderId: string;
    type?: string;
    request: RequestInfo;
    redirectResponse?: ResponseInfo;
  };
  'Network.responseReceived': {
    requestId: string;
    frameId?: string;
    type: string;
    response: ResponseInfo;
  };
  'Network.dataReceived': { requestId: string; dataLength: number };
  'Network.loadingFinished': { requestId: string };
  'Network.loadingFailed': { requestId: string; errorText: string; blockedReason?: string };
  'Fetch.requestPaused': { requestId: string; request: RequestInfo; frameId: string };
  'Fetch.authRequired': {
    requestId: string;
    authChallenge: { source?: 'Server' | 'Proxy'; origin: string };
  };
}

export type CommandName = keyof Commands;
export type EventName = keyof Events;
