import type { BrowserContext, Page } from '@playwright/test';

/** What of WebRTC, and of the page's own listeners, is there at one moment. */
export interface Census {
  /** Connections made since the page was loaded. */
  made: number;
  /** Connections and channels that are not closed. */
  open: number;
  /** Listeners and on… handlers on connections and channels, closed or not. */
  listeners: number;
  /** Listeners of window and document. */
  pageListeners: number;
}

declare global {
  var census: () => Census;
}

/** Counts, in every page of the context opened from now on, from before its first script. */
export async function count(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const targets: EventTarget[] = [];
    const listeners = new Map<EventTarget, { type: string; callback: unknown; capture: boolean }[]>();
    let made = 0;

    const Original = RTCPeerConnection;
    globalThis.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made += 1;
        targets.push(this);
      }
      override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
        const channel = super.createDataChannel(label, options);
        targets.push(channel);
        return channel;
      }
    };

    const counted = (target: EventTarget) =>
      target === window ||
      target === document ||
      target instanceof Original ||
      target instanceof RTCDataChannel ||
      target instanceof RTCIceTransport ||
      target instanceof RTCSctpTransport ||
      target instanceof RTCDtlsTransport;
    const captures = (options: unknown) =>
      typeof options === 'object' && options !== null
        ? Boolean((options as AddEventListenerOptions).capture)
        : Boolean(options);
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (
      this: EventTarget | undefined,
      type,
      callback,
      options,
    ) {
      const target = this ?? window;
      if (callback && counted(target)) {
        const capture = captures(options);
        const mine = listeners.get(target) ?? [];
        if (!mine.some((one) => one.type === type && one.callback === callback && one.capture === capture)) {
          mine.push({ type, callback, capture });
        }
        listeners.set(target, mine);
      }
      return addEventListener.call(target, type, callback, options);
    };
    EventTarget.prototype.removeEventListener = function (
      this: EventTarget | undefined,
      type,
      callback,
      options,
    ) {
      const target = this ?? window;
      const capture = captures(options);
      const mine = listeners.get(target) ?? [];
      listeners.set(
        target,
        mine.filter((one) => one.type !== type || one.callback !== callback || one.capture !== capture),
      );
      return removeEventListener.call(target, type, callback, options);
    };

    globalThis.census = () => {
      let [open, heard, pageListeners] = [0, 0, 0];
      for (const target of targets) {
        const state =
          target instanceof Original ? target.connectionState : (target as RTCDataChannel).readyState;
        if (state !== 'closed') open += 1;
        for (const name in target) {
          if (name.startsWith('on') && (target as unknown as Record<string, unknown>)[name]) heard += 1;
        }
      }
      for (const [target, mine] of listeners) {
        if (target === window || target === document) pageListeners += mine.length;
        else heard += mine.length;
      }
      return { made, open, listeners: heard, pageListeners };
    };
  });
}

export function census(page: Page): Promise<Census> {
  return page.evaluate(() => globalThis.census());
}
